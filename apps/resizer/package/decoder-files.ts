import type { Metafile } from './notices.ts';

/** Modules that a decoder imports when it is needed are entry points of the bundle, in the decoder's library. */
const DECODER = /^libs\/decoder-([a-z0-9-]+)\//;
/** So is the library that writes PDF files: a part of the package that only some recipes need, as decoders are. */
const PARTS: Readonly<Record<string, string>> = {
  'libs/transforms/src/engine/document/document.ts': 'encode-pdf',
};

/**
 * The files of a bundle that only a decoder or `encode: pdf` needs, with their maps, by its name.
 *
 * @param bundle folder of the bundle, relative to the workspace
 * @returns paths relative to that folder, sorted
 */
export function decoderFiles(
  { outputs }: Metafile,
  bundle: string,
): ReadonlyMap<string, readonly string[]> {
  const nameOf = (file: string) => {
    const { entryPoint = '' } = outputs[file] ?? {};
    return DECODER.exec(entryPoint)?.[1] ?? PARTS[entryPoint];
  };
  const reach = (start: readonly string[], leaveOut: (file: string) => boolean) => {
    const found = new Set<string>();
    const visit = (file: string) => {
      if (found.has(file) || !outputs[file] || leaveOut(file)) return;
      found.add(file);
      for (const { path } of outputs[file].imports ?? []) visit(path);
    };
    start.forEach(visit);
    return found;
  };
  const entries = Object.keys(outputs);
  const isOfDecoder = (file: string) => nameOf(file) !== undefined;
  const base = reach(
    entries.filter((file) => file.endsWith('/index.mjs')),
    isOfDecoder,
  );
  const files = new Map<string, string[]>();
  for (const entry of entries.filter(isOfDecoder)) {
    const name = nameOf(entry) ?? '';
    const own = reach([entry], (file) => base.has(file));
    const relative = [...own]
      .flatMap((file) => [file, `${file}.map`])
      .map((file) => file.slice(bundle.length + 1));
    files.set(name, [...new Set([...(files.get(name) ?? []), ...relative])].sort());
  }
  return files;
}
