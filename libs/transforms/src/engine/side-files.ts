/** Reads a side file, such as a logo, by its name. */
export type ReadSideFile = (
  name: string,
  options: { readonly signal: AbortSignal; readonly maxBytes: number },
) => Promise<Uint8Array>;

/** Maximum size of a side file, bytes. It stays in memory while the engine renders an upload. */
const MAX_SIDE_FILE = 16 * 1024 * 1024;

/** Reads each file once per upload, for all variants. */
export function readOnce(read: ReadSideFile): ReadSideFile {
  const files = new Map<string, Promise<Uint8Array>>();
  return (name, options) => {
    const file = files.get(name) ?? read(name, options);
    files.set(name, file);
    return file;
  };
}

/** @throws Error if the file does not exist or is too large */
export async function readBounded(
  name: string,
  signal: AbortSignal,
  read: ReadSideFile | undefined,
): Promise<Uint8Array> {
  if (!read) throw new Error(`no side files are configured: cannot read ${JSON.stringify(name)}`);
  const file = await read(name, { signal, maxBytes: MAX_SIDE_FILE });
  if (file.byteLength > MAX_SIDE_FILE)
    throw new Error(`${name} has ${file.byteLength} bytes; at most ${MAX_SIDE_FILE} are read`);
  return file;
}
