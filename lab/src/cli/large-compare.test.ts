/**
 * The packed `darkroom compare` of large buckets: requests, memory and time, next to the same requests by the SDK
 * alone. The variable `COMPARE_KEYS` sets the number of uploads: `COMPARE_KEYS=100000 npm run lab -- cli large-compare`.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseSettings } from '@darkroom/pipeline';
import { expect, onTestFinished, test } from 'vitest';
import { directoryOfTest } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { isMissing, startLargeBuckets } from './large-buckets.ts';

const run = promisify(execFile);
const KEYS = Number(process.env['COMPARE_KEYS'] ?? 3000);
const SLOW_MS = 1_800_000;
const RECIPE = {
  name: 'photos',
  variants: [{ name: 'thumb', steps: [{ resize: { width: 9 } }, { encode: 'webp' as const }] }],
};

/**
 * Prints the peak memory of the process, KiB, to standard error. `resourceUsage` would count the peak of the process that
 * started it, too.
 */
const PRELOAD = `data:text/javascript,import{readFileSync}from'node:fs';process.on('exit',()=>process._rawDebug(/VmHWM.*/.exec(readFileSync('/proc/self/status','utf8'))[0]))`;

test(`a compare of ${KEYS} uploads`, { timeout: SLOW_MS }, async () => {
  const folder = await directoryOfTest();
  const settings = parseSettings({ recipes: [RECIPE] }, 'test');
  await writeFile(path.join(folder, 'recipe.yaml'), JSON.stringify(RECIPE));
  const buckets = await startLargeBuckets(KEYS, settings);
  onTestFinished(() => buckets.stop());

  const measured = async (args: readonly string[]) => {
    const before = { ...buckets.requests };
    const began = performance.now();
    const { stdout, stderr } = await run(process.execPath, ['--import', PRELOAD, ...args], {
      env: {
        ...process.env,
        ...{ AWS_ENDPOINT_URL: buckets.endpoint, AWS_REGION: 'us-east-1', INIT_CWD: folder },
        ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', XDG_STATE_HOME: folder },
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const mebibytes = Number(/VmHWM:\s+(\d+)/.exec(stderr)?.[1]) / 1024;
    const names = ['LIST uploads', 'LIST outputs', 'GET'] as const;
    const requests = names.map((name) => buckets.requests[name] - before[name]);
    console.log(
      `${path.basename(args[0] ?? '')}: ${seconds.toFixed(1)} s, ${mebibytes.toFixed(0)} MiB, requests ${names
        .map((name, index) => `${name} ${requests[index]}`)
        .join(', ')}`,
    );
    return { stdout, requests, mebibytes };
  };

  const compared = await measured([
    path.join(CHECKOUT, 'apps/cli/dist/package/main.mjs'),
    ...['compare', '--json', '--source', 'uploads', '--processed', 'outputs'],
    ...['--queue', `${buckets.endpoint}/1/queue`, '--dead-letters', `${buckets.endpoint}/1/dead`],
    ...['--settings', 'recipe.yaml'],
  ]);
  const bare = await measured([path.join(import.meta.dirname, 'bare-requests.ts')]);

  const missing = Array.from({ length: KEYS }, (_, index) => index).filter(isMissing).length;
  const { complete, kinds } = JSON.parse(compared.stdout) as {
    complete: boolean;
    kinds: Record<string, { objects: number }>;
  };
  expect(complete).toBe(true);
  expect(kinds['up-to-date']?.objects).toBe(KEYS - missing);
  expect(kinds['missing']?.objects).toBe(missing);

  // One LIST for 1,000 objects, and one for the empty folder `_long/`. One GET for each manifest.
  const outputs = 2 * (KEYS - missing);
  expect(compared.requests).toEqual([
    Math.ceil(KEYS / 1000),
    Math.ceil(outputs / 1000) + 1,
    KEYS - missing,
  ]);
  const sum = (requests: readonly number[]) => requests.reduce((total, count) => total + count, 0);
  expect(sum(compared.requests)).toBe(sum(bare.requests) + 1);
  expect(Number(bare.stdout)).toBe(sum(bare.requests));
  expect(compared.mebibytes).toBeLessThan(200);
});
