/** The process of `npm start`: one clear message if it cannot start, and a clean end. */
import { PATIENCE } from '../testing/client.ts';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isAlive } from '@darkroom/local-lambda/testing';
import { DarkroomProcess, HAS_PROC } from '../testing/darkroom-process.ts';
import { untilConsistent } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await directoryOfTest();
});

/** @returns its standard error; it must end with exit code 1 */
async function complaint(environment: Record<string, string>, workspace?: string) {
  const darkroom = new DarkroomProcess({
    environment: { DARKROOM_DATA_DIR: dataDir, ...environment },
    ...(workspace !== undefined && { workspace }),
  });
  expect(await darkroom.exited).toEqual({ code: 1, signal: null });
  expect(darkroom.stdout).toBe('');
  return darkroom.stderr;
}

describe('explains in one message:', () => {
  test.each(['DARKROOM_PORT', 'DARKROOM_AWS_PORT'])('the port of %s is taken', async (name) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    expect(await complaint({ [name]: String(port) })).toBe(
      `Port ${port} is taken: stop what listens there, or choose another with ${name}\n`,
    );
  });

  test('an invalid port', async () => {
    const lines = (await complaint({ DARKROOM_PORT: 'http', DARKROOM_AWS_PORT: '70000' })).split(
      '\n',
    );
    expect(lines).toEqual([
      'DARKROOM_PORT: a port is a whole number from 0 to 65535; 0 picks a free one',
      'DARKROOM_AWS_PORT: a port is a whole number from 0 to 65535; 0 picks a free one',
      '',
    ]);
  });

  test('an unknown stack', async () => {
    const message = await complaint({ DARKROOM_STACK: 'nowhere' });
    expect(message).toMatch(/^there is no stack "nowhere".*Pulumi\.nowhere\.yaml.*\n$/);
    expect(message).toContain('dev, local, prod');
  });

  test('another one is running on the same data', async () => {
    const environment = { DARKROOM_DATA_DIR: dataDir };
    const first = new DarkroomProcess({ environment });
    const client = await first.connect();
    onTestFinished(() => client.close());
    const message = await complaint({});
    expect(message).toContain(dataDir);
    expect(message.trim()).not.toContain('\n');
    expect((await client.uploadAndWait('uploads/a.jpg', await picture())).status).toBe('done');
  });
});

describe('names the wrong place in the stack file and the allowed values:', () => {
  const thumb = { name: 'thumb', steps: ['rotate'] };
  const recipe = (steps: unknown[]) => ({
    recipes: [{ name: 'photos', variants: [thumb, { name: 'web', steps }] }],
  });
  const at = String.raw`recipes\[0\]\.variants\[1\]\.steps`;

  test.each<[string, unknown, string[]]>([
    [
      'an unknown transform',
      recipe(['rotate', { resise: { width: 9 } }]),
      [String.raw`${at}\[1\].*unknown transform "resise".*known: .*resize.*encode`],
    ],
    [
      'an unknown option',
      recipe([{ resize: { width: 9, widht: 9 } }]),
      [String.raw`${at}\[0\]\.resize.*"widht".*allowed: width, height, fit`],
    ],
    [
      'a missing field',
      { recipes: [{ variants: [thumb] }] },
      [String.raw`recipes\[0\]\.name: is missing`],
    ],
    [
      'several things at once',
      {
        ...recipe([
          { resize: { width: 9, fit: 'covre' } },
          { encode: { format: 'webp', quality: 800 } },
        ]),
        functoin: {},
      },
      [
        String.raw`${at}\[0\]\.resize\.fit.*"cover".*"contain".*"fill".*"inside".*"outside".*"covre"`,
        String.raw`${at}\[1\]\.encode\.quality.*100.*800`,
        String.raw`functoin: unknown key; allowed: recipes, .*function`,
      ],
    ],
    ['a text in place of everything', 'photos', ['expected a map, got "photos"']],
    ['nothing', undefined, ['recipes: is missing']],
  ])('%s', async (_what, pipeline, problems) => {
    const message = await complaintAbout(pipeline);
    expect(message).toMatch(/^Pulumi\.e2e\.yaml, darkroom:pipeline is not valid:\n/);
    for (const problem of problems) expect(message).toMatch(new RegExp(problem));
    expect(message.trimEnd().split('\n')).toHaveLength(1 + problems.length);
  });

  async function complaintAbout(pipeline: unknown): Promise<string> {
    const workspace = await createWorkspace();
    onTestFinished(() => workspace.remove());
    await workspace.writeStack('e2e', pipeline);
    return complaint({ DARKROOM_STACK: 'e2e' }, workspace.directory);
  }
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test.skipIf(!HAS_PROC)('stops it during its work and leaves no process', async () => {
    const environment = { DARKROOM_DATA_DIR: dataDir };
    const darkroom = new DarkroomProcess({ environment });
    const client = await darkroom.connect();
    const body = await picture({ width: 800, height: 600 });
    const keys = Array.from({ length: 12 }, (_, index) => `uploads/${index}.jpg`);
    await Promise.all(keys.map((key) => client.upload(key, body)));
    const children = await vi.waitFor(() => {
      const pids = darkroom.children();
      expect(pids.length).toBeGreaterThan(0);
      return pids;
    }, PATIENCE);
    expect(children.filter(isAlive)).toEqual(children);
    client.close();

    darkroom.kill(signal);
    expect(await darkroom.exited).toEqual({ code: 0, signal: null });
    expect(darkroom.stderr).toBe('');
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), PATIENCE);

    const again = new DarkroomProcess({ environment });
    const secondClient = await again.connect();
    await untilConsistent(secondClient);
    expect((await secondClient.list(secondClient.stack.sourceBucket)).size).toBe(keys.length);
    secondClient.close();
  });
});

test('runs another stack of its workspace', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack('small', smallPipeline(16));
  const darkroom = new DarkroomProcess({
    workspace: workspace.directory,
    environment: { DARKROOM_DATA_DIR: dataDir, DARKROOM_STACK: 'small' },
  });
  const client = await darkroom.connect();
  onTestFinished(() => client.close());
  expect(client.stack).toMatchObject({
    stack: 'small',
    recipes: [{ name: 'small', variants: ['w16'] }],
  });
  expect(darkroom.stdout).toContain('Darkroom is running.');
  expect(darkroom.stdout).toContain(`s3://${client.stack.sourceBucket}`);
});
