/** `npm run bench -- [options]`: measures Darkroom and its rivals (arguments.ts). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { ArgumentsError, parseArguments, type Arguments } from './arguments.ts';
import { BenchAws } from './aws/bench-aws.ts';
import type { Counts } from './aws/counts.ts';
import { findRivals } from './contestants/find-rivals.ts';
import { runContestant } from './contestants/run-contestant.ts';
import { measureEncoders } from './encoders/measure-encoders.ts';
import { encodersMarkdown, readEncoders, writeEncoders } from './encoders/encoders-page.ts';
import { JOBS } from './jobs.ts';
import { watchMachine } from './machine.ts';
import { pageOf, readReport, writeReport } from './page.ts';
import { burst } from './parts/burst.ts';
import { coldStart } from './parts/cold-start.ts';
import { profile } from './parts/profile.ts';
import { runJobs } from './parts/run-jobs.ts';
import type { Report } from './report.ts';
import { makeSources } from './sources/make-sources.ts';
import { readPhotos } from './sources/photos.ts';
import { regressions } from './targets.ts';

/** Photos with the most pixels; each job takes all of them. */
const PHOTOS = 3;
/** Measured on two cores, three rounds; the second number is that of `--quick`. */
const MINUTES = { jobs: [14, 1.5], 'cold start': [0.5, 0.1], burst: [2, 0.2], profile: [0.2, 0.1] };
/** Of the part `encoders`, on two cores. */
const ENCODERS_MINUTES = 10;
/** Jobs that the targets of the whole function are about. */
const PROFILED: readonly string[] = ['thumbnail', 'tiny'];
const say = (line: string) => process.stderr.write(`${line}\n`);

function printPlan({ quick, rounds }: Arguments): void {
  const of = (minutes: readonly number[]) => minutes[quick ? 1 : 0] ?? 0;
  for (const { group, title, contestants } of JOBS)
    say(`  ${group}: ${title} (${contestants.length} contestants)`);
  for (const [name, minutes] of Object.entries(MINUTES)) say(`${name}: ${of(minutes)} minutes`);
  const total = Object.values(MINUTES).reduce((sum, minutes) => sum + of(minutes), 0);
  say(`about ${total.toFixed(1)} minutes, ${rounds} rounds`);
}

async function photosOf({ photos, quick }: Arguments) {
  const all = await readPhotos(photos);
  const sized = await Promise.all(
    all.map(async (photo) => {
      const { width, height } = await sharp(photo.bytes).metadata();
      return { photo, pixels: width * height };
    }),
  );
  const largestFirst = sized.sort((a, b) => b.pixels - a.pixels).map(({ photo }) => photo);
  return quick ? largestFirst.slice(-1) : largestFirst.slice(0, PHOTOS);
}

async function measure(given: Arguments): Promise<Report> {
  const began = Date.now();
  const { quick, rounds } = given;
  const machine = watchMachine();
  const rivals = findRivals(given.rivals);
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
  const aws = await BenchAws.start();
  try {
    const photos = await photosOf(given);
    const shared = { aws, rivals, folder };
    const jobs = await runJobs(JOBS, {
      ...shared,
      photos,
      rounds,
      isQuick: quick,
      onProgress: say,
    });
    const [job] = JOBS;
    if (!job) throw new Error('The list of jobs is empty');
    const [photo = ''] = await makeSources('photo', photos, { folder });
    const once = await runContestant('function', job, [photo], { ...shared, passes: 1 });
    const twice = await runContestant('function', job, [photo], {
      ...shared,
      passes: 1,
      twice: true,
    });
    const duplicate = Object.fromEntries(
      Object.entries(twice.requests ?? {}).map(([name, count]: [string, number]) => [
        name,
        count - (once.requests?.[name as keyof Counts] ?? 0),
      ]),
    ) as unknown as Counts;
    say('cold start');
    const cold = await coldStart({ aws, job, photo, starts: quick ? 4 : 20 });
    say('profile');
    const passes = quick ? 10 : 60;
    const profiles: Report['profiles'][number][] = [];
    for (const one of JOBS.filter(({ id }) => PROFILED.includes(id))) {
      const [upload = ''] = await makeSources(one.source, photos, { folder });
      profiles.push({ title: one.title, ...(await profile(one, upload, { ...shared, passes })) });
    }
    say('burst');
    const load = await burst(quick ? 100 : 2000, { ...shared, job, photo });
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
  printPlan(given);
  const report = await measure(given);
  console.log(await pageOf(report));
  if (given.check) {
    const worse = regressions(report, await readReport());
    for (const line of worse) console.error(line);
    if (worse.length > 0) process.exitCode = 1;
  } else if (!given.quick || given.write) await writeReport(report);
}

try {
  await main(parseArguments(process.argv.slice(2)));
} catch (cause) {
  if (!(cause instanceof ArgumentsError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
