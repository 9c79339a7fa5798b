import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { atLeast, integerFrom, randomSeed } from '../command-line.ts';
import { setRow } from '../reliability-document.ts';
import { describeFinding, fuzzImages, type Finding, type FuzzFigures } from './fuzz-images.ts';
import { FUZZED_FORMATS, type FuzzedFormat } from './image-case.ts';
import { fuzzMessages, type MessageFigures } from './fuzz-messages.ts';

/** Share of the time for messages if images are tried too. Messages are a hundred times as fast. */
const MESSAGES_SHARE = 0.05;
const MINUTE = 60_000;

interface Options {
  readonly minutes: number;
  readonly seed?: number;
  readonly format?: FuzzedFormat | 'events';
  readonly index?: number;
  readonly processes: number;
  readonly findings: string;
  readonly write?: true;
}

export const fuzzCommand = new Command('fuzz')
  .option('--minutes <number>', 'duration', atLeast(0), 10)
  .option('--seed <number>', 'repeats the run of this seed (default: a random one)', integerFrom(0))
  .addOption(
    new Option('--format <name>', 'images of one format only, or messages only').choices([
      ...FUZZED_FORMATS,
      'events',
    ]),
  )
  .option('--index <number>', 'one case of each format instead of all', integerFrom(0))
  .option('--processes <number>', 'images that are tried at the same time', integerFrom(1), 2)
  .option('--findings <folder>', 'folder for inputs that end in a wrong outcome', 'fuzz-findings')
  .option('--write', 'write the figures to docs/reliability.md')
  .action(async ({ seed = randomSeed(), format, ...options }: Options) => {
    console.log(`Seed ${seed}`);
    const { index, processes, findings: folder } = options;
    const time = options.minutes * MINUTE;
    const formats = format === undefined ? FUZZED_FORMATS : format === 'events' ? [] : [format];
    const hasMessages = format === 'events' || (format === undefined && index === undefined);
    const until = Date.now() + time;
    const messages = hasMessages
      ? fuzzMessages(seed, time * (formats.length > 0 ? MESSAGES_SHARE : 1))
      : { cases: 0 };
    if (messages.finding) {
      const { body, problem } = messages.finding;
      await save(folder, `${seed}.json`, body, `message: ${problem}`);
    }
    const images = await fuzzImages({
      ...{ seed, formats, processes, until },
      from: index ?? 0,
      cases: index === undefined ? Number.MAX_SAFE_INTEGER : 1,
      onFinding: (finding) =>
        save(folder, nameOf(finding), finding.source, describeFinding(finding)),
    });
    const { findings, ...figures } = images;
    console.log({ ...figures, messages: messages.cases });
    if (findings.length > 0 || messages.finding) process.exitCode = 1;
    else if (options.write) await writeRow(seed, options.minutes, images, messages);
  });

const nameOf = ({ seed, index, format }: Finding) => `${seed}-${index}.${format}`;

async function save(
  folder: string,
  name: string,
  input: string | Uint8Array,
  description: string,
): Promise<void> {
  console.error(description);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), input);
  await writeFile(path.join(folder, `${name}.txt`), `${description}\n`);
}

const number = new Intl.NumberFormat('en');
const CODES = ['DONE', 'CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'TOO_LARGE'] as const;

/** Writes one row of the table for each seed. A run with the same seed replaces its row. */
async function writeRow(
  seed: number,
  minutes: number,
  images: FuzzFigures,
  messages: MessageFigures,
): Promise<void> {
  const cells = [
    minutes,
    images.cases,
    ...CODES.map((code) => images.outcomes[code] ?? 0),
    messages.cases,
    images.findings.length + (messages.finding ? 1 : 0),
    Math.round(images.slowestMilliseconds),
    Math.round(images.grownMiB),
  ];
  await setRow(
    'fuzz',
    String(seed),
    cells.map((cell) => number.format(cell)),
  );
}
