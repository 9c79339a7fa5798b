import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceOrigin } from 'node:module';
import { fileURLToPath } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();

/** The map next to a file of the bundle; undefined for other files. */
function mapOf(file: string | null | undefined): SourceMap | undefined {
  if (!file?.startsWith('file:')) return undefined;
  if (!maps.has(file)) maps.set(file, readMap(`${fileURLToPath(file)}.map`));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}

/** A line of a stack trace with the place in the source, if the file has a map. */
function lineOf(frame: NodeJS.CallSite): string {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- V8 writes the line of the frame
  const text = frame.toString();
  const [file, line, column] = [
    frame.getFileName(),
    frame.getLineNumber(),
    frame.getColumnNumber(),
  ];
  const origin = line && column ? mapOf(file)?.findOrigin(line, column) : undefined;
  if (!file || !isOrigin(origin)) return `    at ${text}`;
  const source = fileURLToPath(new URL(origin.fileName, file));
  const place = `${source}:${origin.lineNumber}:${origin.columnNumber}`;
  return `    at ${text.replace(`${file}:${line}:${column}`, place)}`;
}

/** An empty object says that a place is not in the map. */
function isOrigin(found: SourceOrigin | object | undefined): found is SourceOrigin {
  return found !== undefined && 'fileName' in found;
}

/**
 * Makes stack traces name the sources of the minified bundle. Unlike Node's `--enable-source-maps`, which reads the maps of
 * all files at their import, this reads a map when the first stack trace needs it.
 */
Error.prepareStackTrace = (error, frames) => [String(error), ...frames.map(lineOf)].join('\n');
