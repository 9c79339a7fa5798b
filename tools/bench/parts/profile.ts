import { mkdtemp, readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runContestant, type RunOptions } from '../contestants/run-contestant.ts';
import type { Job } from '../jobs.ts';
import type { Profile, ProfileRow } from '../report.ts';

interface Node {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

export interface CpuProfile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

const IDLE = '(idle)';
const NATIVE = 'native functions of Node.js and its add-ons';

/** The package that a source file belongs to. */
export function packageOf(source: string): string {
  const [, scope, name] = /.*node_modules\/(?:(@[^/]+)\/)?([^/]+)\//.exec(source) ?? [];
  if (name !== undefined) return scope === undefined ? name : `${scope}/${name}`;
  const [, own] = /(?:libs|apps)\/([^/]+)\//.exec(source) ?? [];
  return own === undefined ? source : `Darkroom: ${own}`;
}

/**
 * Self time of the main thread by name, milliseconds, without idle time.
 *
 * @param sourceOf the source file of a place in a file; undefined if it is unknown
 */
export function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  sourceOf: (url: string, line: number, column: number) => string | undefined,
): ReadonlyMap<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber, columnNumber } }) => {
      if (url.startsWith('node:')) return [id, 'Node.js'];
      // Those in parentheses are V8's own, such as its garbage collector.
      if (url === '') return [id, functionName.startsWith('(') ? functionName : NATIVE];
      return [id, packageOf(sourceOf(url, lineNumber, columnNumber) ?? url)];
    }),
  );
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? IDLE;
    if (name === IDLE) return;
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  return times;
}

/** Packages below this share are summed up. */
const LEAST_SHARE = 0.01;

/** The shares are those of the main thread: on a busy machine, its samples include the time of other processes. */
export function profileRows(times: ReadonlyMap<string, number>): readonly ProfileRow[] {
  const main = [...times.values()].reduce((sum, time) => sum + time, 0);
  const rows = [...times]
    .map(([name, milliseconds]) => ({ name, milliseconds, share: milliseconds / main }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const shown = rows.filter(({ share }) => share >= LEAST_SHARE);
  const rest = rows.filter(({ share }) => share < LEAST_SHARE);
  const milliseconds = rest.reduce((sum, row) => sum + row.milliseconds, 0);
  return [...shown, { name: 'others', milliseconds, share: milliseconds / main }];
}

/** Where the whole function spends the CPU time of its uploads, in a warm process. */
export async function profile(
  job: Job,
  photo: string,
  options: RunOptions,
): Promise<Pick<Profile, 'cpu' | 'rows'>> {
  const folder = await mkdtemp(path.join(options.folder, 'profile-'));
  const file = path.join(folder, 'function.cpuprofile');
  const { cpu } = await runContestant('function', job, [photo], { ...options, profile: file });
  const read = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  const maps = await sourceMaps(read);
  const times = selfTimes(read, (url, line, column) => {
    const entry = maps.get(url)?.findEntry(line, column);
    return entry && 'originalSource' in entry ? entry.originalSource : undefined;
  });
  const each = [...times].map(([name, time]) => [name, time / options.passes] as const);
  return { cpu, rows: profileRows(new Map(each)) };
}

async function sourceMaps({ nodes }: CpuProfile): Promise<ReadonlyMap<string, SourceMap>> {
  const urls = new Set(nodes.map(({ callFrame }) => callFrame.url));
  const maps = new Map<string, SourceMap>();
  for (const url of urls) {
    if (!url.endsWith('.mjs')) continue;
    const file = `${fileURLToPath(url)}.map`;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) maps.set(url, new SourceMap(JSON.parse(text) as SourceMapPayload));
  }
  return maps;
}
