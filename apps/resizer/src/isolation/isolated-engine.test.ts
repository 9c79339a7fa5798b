import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  formatEnvironment,
  parseEnvironment,
  parseSettings,
  transportRecipes,
} from '@darkroom/pipeline';
import type { ImageEngine, Rendered } from '@darkroom/transforms';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createS3 } from '../clients.ts';
import { createFunctionEngine } from '../function-engine.ts';
import { isolatedEngine } from './isolated-engine.ts';

const recipes = [
  {
    name: 'photos',
    variants: [
      {
        name: 'thumb',
        steps: ['rotate' as const, { resize: { width: 40 } }, { encode: 'webp' as const }],
      },
      { name: 'web', steps: [{ resize: { width: 80 } }, { encode: 'jpeg' as const }] },
    ],
  },
];
const HAS_PROC = process.platform === 'linux';
const PATIENCE = { timeout: 300_000, interval: 20 };

let photo: Uint8Array;
let ordinary: ImageEngine;
let variants: Parameters<ImageEngine['render']>[0]['variants'];

beforeAll(async () => {
  const variables = formatEnvironment(
    parseSettings({ recipes, limits: { pixels: 1_000_000, bytes: 1_000_000 } }, 'test'),
    transportRecipes(recipes),
    {
      sourceBucket: 'source',
      processedBucket: 'processed',
      queueUrl: 'http://127.0.0.1:1/queue',
      deadLetterQueueUrl: 'http://127.0.0.1:1/dead-letters',
    },
  );
  for (const [name, value] of Object.entries({ AWS_REGION: 'us-east-1', ...variables }))
    vi.stubEnv(name, value);
  const environment = parseEnvironment(process.env, '.');
  ordinary = createFunctionEngine(environment, '.', createS3());
  variants = environment.recipes[0]?.variants ?? [];
  photo = await sharp({ create: { width: 160, height: 90, channels: 3, background: '#247' } })
    .jpeg()
    .toBuffer();
});
afterAll(() => vi.unstubAllEnvs());

function isolated(signal = new AbortController().signal) {
  const engine = isolatedEngine(ordinary, signal);
  onTestFinished(() => engine.end());
  return engine;
}

async function renderAll(engine: ImageEngine, source = photo) {
  const facts = await engine.inspect(source);
  const made: Rendered[] = [];
  for await (const one of engine.render({ source, facts, recipe: 'photos', variants }))
    made.push(one);
  return { facts, made };
}

/** Processes of the engine that this one has started. */
function children(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return (
          Number(parent) === process.pid && argumentsOf(pid).includes('darkroom-engine-process')
        );
      } catch {
        return false;
      }
    });
}
const argumentsOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

describe('an engine in a process of its own', () => {
  test('makes the same bytes as the one in the function’s process', async () => {
    const [own, other] = [await renderAll(isolated()), await renderAll(ordinary)];
    expect(own.facts).toEqual(other.facts);
    const bytes = (made: readonly Rendered[]) =>
      made.map((one) => (one.kind === 'output' ? { ...one, bytes: Buffer.from(one.bytes) } : one));
    expect(bytes(own.made)).toEqual(bytes(other.made));
  });

  test('fails with the codes of the one in the function’s process', async () => {
    const engine = isolated();
    await expect(engine.inspect(Buffer.from('no image'))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    });
    const cut = photo.subarray(0, photo.length / 2);
    await expect(renderAll(engine, cut)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
    expect((await renderAll(engine)).made).toHaveLength(3);
  });

  test('estimates memory without a process', async () => {
    const facts = await ordinary.inspect(photo);
    const request = { facts, recipe: 'photos', variants };
    expect(isolated().estimate(request)).toEqual(ordinary.estimate(request));
  });

  test('needs no process to end where none was started', async () => {
    await isolated().end();
  });

  test('may be left in the middle of an answer, and asked again', async () => {
    const engine = isolated();
    const facts = await engine.inspect(photo);
    for await (const _ of engine.render({ source: photo, facts, recipe: 'photos', variants }))
      break;
    expect((await renderAll(engine)).made).toHaveLength(3);
  });
});

describe.runIf(HAS_PROC)('the process', () => {
  async function whileRendering(signal?: AbortSignal) {
    const engine = isolated(signal);
    const facts = await engine.inspect(photo);
    const [pid] = children();
    // A signal to process 0 would reach the tests themselves.
    if (!pid) throw new Error('There is no process for the image.');
    const rendering = engine.render({ source: photo, facts, recipe: 'photos', variants });
    return { engine, pid, rendering: rendering[Symbol.asyncIterator]() };
  }

  test('that is killed fails its image only, which may be retried', async () => {
    const { engine, pid, rendering } = await whileRendering();
    process.kill(pid, 'SIGSTOP');
    const next = rendering.next();
    process.kill(pid, 'SIGKILL');
    await expect(next).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'The process that worked on the image ended: SIGKILL',
    });
    expect((await renderAll(engine)).made).toHaveLength(3);
  });

  test('that is stuck is ended with its time', async () => {
    const time = new AbortController();
    const { pid, rendering } = await whileRendering(time.signal);
    process.kill(pid, 'SIGSTOP');
    const next = rendering.next();
    time.abort(new Error('the image had 10 s'));
    await expect(next).rejects.toMatchObject({ code: 'TIMEOUT' });
    await vi.waitFor(() => expect(children()).toEqual([]), PATIENCE);
  });

  test('is gone when the engine has ended', async () => {
    const { engine } = await whileRendering();
    await engine.end();
    expect(children()).toEqual([]);
  });

  test('is what a kernel without memory ends first', async () => {
    const { pid } = await whileRendering();
    expect(readFileSync(path.join('/proc', String(pid), 'oom_score_adj'), 'utf8').trim()).toBe(
      '1000',
    );
  });

  test('is gone when its time was over before it began', async () => {
    const engine = isolated(AbortSignal.abort(new Error('900 ms are left')));
    await expect(engine.inspect(photo)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(children()).toEqual([]);
  });
});
