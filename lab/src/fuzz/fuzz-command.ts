/** `npm run fuzz -- [--minutes 10] [--seed N] [--format png|…|events] [--index I] [--findings FOLDER] [--write]` */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeFinding, fuzzPictures, type Finding } from './index-pictures.ts';
import { fuzzEvents } from './fuzz-messages.ts';
import { readFuzzCommand } from './fuzz-options.ts';
import { writeFuzz } from './fuzz-report.ts';

/** Share of the time that messages get where pictures are tried too: they are read a hundred times as fast. */
const EVENTS_SHARE = 0.05;
const MINUTE = 60_000;

const command = readFuzzCommand(process.argv.slice(2));
const { seed, formats, index, processes } = command;
console.log(`Seed ${seed}`);

async function keep(name: string, input: string | Uint8Array, what: string): Promise<void> {
  console.error(what);
  await mkdir(command.findings, { recursive: true });
  await writeFile(path.join(command.findings, name), input);
  await writeFile(path.join(command.findings, `${name}.txt`), `${what}\n`);
}

async function keepPicture(finding: Finding): Promise<void> {
  const name = `${finding.seed}-${finding.index}.${finding.format}`;
  await keep(name, finding.source, describeFinding(finding));
}

const begun = Date.now();
const time = command.minutes * MINUTE;
const eventsTime = command.events ? time * (formats.length > 0 ? EVENTS_SHARE : 1) : 0;
const events = eventsTime > 0 ? fuzzEvents(seed, eventsTime) : { cases: 0 };
if (events.finding) {
  await keep(`${seed}.json`, events.finding.body, `event: ${events.finding.complaint}`);
}
const pictures = await fuzzPictures({
  ...{ seed, formats, processes, onFinding: keepPicture },
  from: index ?? 0,
  cases: index === undefined ? Number.MAX_SAFE_INTEGER : 1,
  until: begun + time,
});
const { findings, ...figures } = pictures;
console.log({ ...figures, events: events.cases });
if (findings.length > 0 || events.finding) process.exitCode = 1;
else if (command.write) await writeFuzz(seed, command.minutes, pictures, events);
