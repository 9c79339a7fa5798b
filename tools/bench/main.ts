/** `npm run bench -- [options]`: measures Darkroom and its rivals (arguments.ts). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { ArgumentsError, parseArguments, type Arguments } from './arguments.ts';
import { BenchAws } from './aws/bench-aws.ts';
import type { Counts } from './aws/counts.ts';
import { findRivals } from './contestants/find-rivals.ts';
import { runContestant, type RunOptions } from './contestants/run-contestant.ts';
import { measureEncoders } from './encoders/measure-encoders.ts';
import { encodersMarkdown, readEncoders, writeEncoders } from './encoders/encoders-page.ts';
import { isIn, isOurs, type Job, JOBS, type RunSize } from './jobs.ts';
import { watchMachine } from './machine.ts';
import { pageOf, readReport, writeReport } from './page.ts';
import { burst } from './parts/burst.ts';
import { coldStart } from './parts/cold-start.ts';
import { profile } from './parts/profile.ts';
import { runJobs } from './parts/run-jobs.ts';
import type { Report } from './report.ts';
import { makeSources } from './sources/make-sources.ts';
import { readPhotos } from './sources/photos.ts';
import { checkFigures, type Regression, regressions } from './targets.ts';

/** Photos with the most pixels; each job takes all of them. */
const PHOTOS = 3;
/** Measured on two cores, three rounds; the second number is that of `--quick`. */
const MINUTES = {
  jobs: [14, 1.4],
  'cold start': [0.5, 0.1],
  burst: [2, 0.2],
  profile: [0.2, 0.1],
  'figures for --check': [3, 0],
};
/** Of the part `encoders`, on two cores. */
const ENCODERS_MINUTES = 10;
/** Jobs that the targets of the whole function are about. */
const PROFILED: readonly string[] = ['thumbnail', 'tiny'];
/** How often `--check` measures again what seems worse: a busy machine changes a figure, a slower program changes all. */
const MOST_CHECKS = 3;
/** What `--check` measures. Two machines and two days have the same pictures and contestants. */
const CHECK = { quick: true, rounds: 1, photos: undefined, rivals: undefined } as const;
const say = (line: string) => process.stderr.write(`${line}\n`);

function printPlan({ quick, rounds }: Arguments): void {
  const of = (minutes: readonly number[]) => minutes[quick ? 1 : 0] ?? 0;
  const jobs = JOBS.filter((job) => isIn(job, quick ? 'quick' : 'whole'));
  for (const { group, title, contestants } of jobs)
    say(`  ${group}: ${title} (${contestants.length} contestants)`);
  for (const [name, minutes] of Object.entries(MINUTES)) say(`${name}: ${of(minutes)} minutes`);
  const total = Object.values(MINUTES).reduce((sum, minutes) => sum + of(minutes), 0);
  say(`about ${total.toFixed(1)} minutes, ${rounds} rounds`);
}

type Settings = Pick<Arguments, 'quick' | 'rounds'> & {
  readonly [name in 'photos' | 'rivals']?: string | undefined;
};

async function photosOf({ photos, quick }: Settings) {
  const all = await readPhotos(photos, quick);
  const sized = await Promise.all(
    all.map(async (photo) => {
      const { width, height } = await sharp(photo.bytes).metadata();
      return { photo, pixels: width * height };
    }),
  );
  const largestFirst = sized.sort((a, b) => b.pixels - a.pixels).map(({ photo }) => photo);
  return quick ? largestFirst.slice(-1) : largestFirst.slice(0, PHOTOS);
}

interface Scope {
  /** Without rivals. */
  readonly oursOnly?: boolean;
  /** Measures only these parts of an earlier run again. */
  readonly again?: { readonly report: Report; readonly parts: ReadonlySet<string> };
}

async function measure(given: Settings, { oursOnly, again }: Scope = {}): Promise<Report> {
  const began = Date.now();
  const { quick, rounds } = given;
  const isWanted = (part: string) => !again || again.parts.has(part);
  const machine = watchMachine();
  const rivals = findRivals(given.rivals);
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
  const aws = await BenchAws.start();
  try {
    const photos = await photosOf(given);
    const size: RunSize = oursOnly ? 'check' : quick ? 'quick' : 'whole';
    const shared = { aws, rivals, folder };
    const asked = JOBS.filter((job) => isWanted(job.id) && isIn(job, size));
    const measured = await runJobs(
      asked.map((one) => ({
        ...one,
        contestants: one.contestants.filter((name) => !oursOnly || isOurs(name)),
      })),
      { ...shared, size, photos, rounds, onProgress: say },
    );
    const jobs = again
      ? again.report.jobs.map((old) => measured.find(({ id }) => id === old.id) ?? old)
      : measured;
    const [job] = JOBS;
    if (!job) throw new Error('The list of jobs is empty');
    const [photo = ''] = await makeSources('photo', photos, { folder });
    const duplicate =
      again && !isWanted('duplicate')
        ? again.report.duplicate
        : await requestsOfDuplicate(job, photo, shared);
    if (isWanted('cold start')) say('cold start');
    const cold =
      again && !isWanted('cold start')
        ? again.report.coldStart
        : await coldStart({ aws, job, photo, starts: quick ? 4 : 20 });
    const profiles: Report['profiles'][number][] = [];
    if (!oursOnly) say('profile');
    for (const one of JOBS.filter(({ id }) => !oursOnly && PROFILED.includes(id))) {
      const [upload = ''] = await makeSources(one.source, photos, { folder });
      const options = { ...shared, warmUps: 10, passes: quick ? 10 : 60 };
      profiles.push({ title: one.title, ...(await profile(one, upload, options)) });
    }
    if (isWanted('burst')) say('burst');
    const load =
      again && !isWanted('burst')
        ? again.report.burst
        : await burst(quick ? 100 : 2000, { ...shared, job, photo });
    const { sharp: own = '', vips = '' } = sharp.versions;
    return {
      date: new Date().toISOString().slice(0, 10),
      versions: { sharp: own, libvips: vips, Node: process.versions.node, ...rivals.versions },
      sources: given.photos === undefined ? 'generated pictures' : 'real photos',
      ...{ rounds, missing: rivals.missing, jobs, duplicate, coldStart: cold, burst: load },
      ...{ profiles, isQuick: quick, machine: machine() },
      minutes: (Date.now() - began) / 60_000,
    };
  } finally {
    await aws.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The requests of the second of two equal messages. */
async function requestsOfDuplicate(
  job: Job,
  photo: string,
  shared: Omit<RunOptions, 'warmUps' | 'passes'>,
): Promise<Counts> {
  const options = { ...shared, warmUps: 0, passes: 1 };
  const once = await runContestant('function', job, [photo], options);
  const twice = await runContestant('function', job, [photo], { ...options, twice: true });
  return Object.fromEntries(
    Object.entries(twice.requests ?? {}).map(([name, count]: [string, number]) => [
      name,
      count - (once.requests?.[name as keyof Counts] ?? 0),
    ]),
  ) as unknown as Counts;
}

/** The worse ones of two runs. */
async function figuresToCheck(): Promise<Readonly<Record<string, number>>> {
  const first = checkFigures(await measure(CHECK, { oursOnly: true }));
  const second = checkFigures(await measure(CHECK, { oursOnly: true }));
  return Object.fromEntries(
    Object.entries(first).map(([name, ratio]) => [name, Math.max(ratio, second[name] ?? ratio)]),
  );
}

/** @returns what is worse than in the committed report, each time that it was measured */
async function check(committed: Readonly<Record<string, number>>): Promise<readonly Regression[]> {
  let report = await measure(CHECK, { oursOnly: true });
  let worse = regressions(report, committed);
  for (let checks = 1; checks < MOST_CHECKS && worse.length > 0; checks++) {
    const parts = new Set(worse.flatMap((one) => one.parts));
    say(`measured again: ${[...parts].join(', ')}`);
    report = await measure(CHECK, { oursOnly: true, again: { report, parts } });
    const still = new Map(regressions(report, committed).map((one) => [one.name, one]));
    worse = worse.flatMap(({ name }) => still.get(name) ?? []);
  }
  return worse;
}

async function checkReport(given: Arguments): Promise<void> {
  const committed = await readReport();
  if (given.write)
    return writeReport({
      ...committed,
      check: await figuresToCheck(),
    });
  if (!committed.check)
    throw new ArgumentsError('The report has no figures to compare with: add --write');
  const worse = await check(committed.check);
  for (const { name, ratio, before } of worse)
    console.error(`${name}: ${ratio.toFixed(2)}, and ${before.toFixed(2)} in the report`);
  if (worse.length > 0) process.exitCode = 1;
  else say('No figure is worse than in the report');
}

async function encoders(given: Arguments): Promise<void> {
  if (given.render) return writeEncoders(await readEncoders());
  say(`about ${given.quick ? ENCODERS_MINUTES / 2 : ENCODERS_MINUTES} minutes`);
  const report = await measureEncoders(given, say);
  console.log(encodersMarkdown(report));
  if (!given.quick || given.write) await writeEncoders(report);
}

async function main(given: Arguments): Promise<void> {
  if (given.part === 'encoders') return encoders(given);
  if (given.render) return writeReport(await readReport());
  if (given.check) return checkReport(given);
  printPlan(given);
  const report = await measure(given);
  console.log(await pageOf(report));
  if (given.quick && !given.write) return;
  say('figures for --check');
  await writeReport({ ...report, check: await figuresToCheck() });
}

try {
  await main(parseArguments(process.argv.slice(2)));
} catch (cause) {
  if (!(cause instanceof ArgumentsError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
