/** What the Pulumi CLI is asked, and what follows from its answers. A script replaces it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { findPulumi, preview, pulumiAnswer, type Target, update } from './pulumi.ts';

async function folder(): Promise<string> {
  const created = await realpath(await mkdtemp(path.join(tmpdir(), 'darkroom-cli-')));
  onTestFinished(() => rm(created, { recursive: true }));
  return created;
}

/** @param script of a shell, which gets the arguments of the CLI */
async function program(file: string, script: string, mode = 0o755): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "$*" >> "\${0%/*}/calls"\n${script}\n`, { mode });
  return file;
}

const callsOf = async (file: string) =>
  (await readFile(path.join(path.dirname(file), 'calls'), 'utf8')).trimEnd().split('\n');

/** The stack `acme/shop/test`, and a CLI that does this. */
async function target(script: string) {
  const workspace = await folder();
  const file = await program(path.join(workspace, 'pulumi'), script);
  const pulumi = { command: { program: file, args: [] }, version: 'v3', user: 'tester' };
  const stack = { workspace, stack: 'acme/shop/test', pulumi } satisfies Target;
  return { ...stack, calls: () => callsOf(file) };
}

async function failureOf(doing: Promise<unknown>): Promise<{ code: string; message: string }> {
  return doing.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: { code: string; message: string }) => error,
  );
}

describe('the CLI', () => {
  const ANSWERS =
    'echo "warning: a new version"; case $1 in version) echo v3.265.0;; *) echo tester;; esac';

  /** @returns a place for a CLI in a folder of the PATH, and a later one. */
  async function onPath(...folders: string[]) {
    const workspace = await folder();
    const file = (name: string) => path.join(workspace, name, 'pulumi');
    vi.stubEnv('PATH', folders.map((name) => path.join(workspace, name)).join(':'));
    onTestFinished(() => void vi.unstubAllEnvs());
    return { workspace, file };
  }

  test('is the first on the PATH that can be run, without the one of the npm package', async () => {
    const { workspace, file } = await onPath('node_modules/.bin', 'empty', 'text', 'first', 'last');
    await program(file('node_modules/.bin'), ANSWERS);
    await program(file('text'), ANSWERS, 0o644);
    const first = await program(file('first'), ANSWERS);
    await program(file('last'), ANSWERS);
    expect(await findPulumi(workspace)).toEqual({
      command: { program: first, args: [] },
      ...{ version: 'v3.265.0', user: 'tester' },
    });
    expect(await callsOf(first)).toEqual(['version', 'whoami --non-interactive']);
  });

  test('is otherwise the npm package, which fetches it', async () => {
    const { workspace } = await onPath('empty');
    const run = path.join(workspace, 'node_modules/pulumi/run.js');
    await program(run, '');
    await writeFile(run, 'console.log(process.argv[2], process.cwd());');
    expect(await findPulumi(workspace)).toMatchObject({
      command: { program: process.execPath, args: [run] },
      ...{ version: `version ${workspace}`, user: `whoami ${workspace}` },
    });
  });

  test('has another name on Windows', async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'win32' });
    onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }));
    const { workspace, file } = await onPath('first');
    await program(file('first'), 'exit 1');
    const exe = await program(path.join(workspace, 'first/pulumi.exe'), ANSWERS);
    expect((await findPulumi(workspace)).command.program).toBe(exe);
  });

  test.each([
    ['version', 'PULUMI_MISSING'],
    ['whoami', 'PULUMI_LOGIN'],
  ])('that fails at %s is told with its own words', async (command, code) => {
    const { workspace, file } = await onPath('first');
    await program(
      file('first'),
      `if [ $1 = ${command} ]; then echo one >&2; echo two >&2; exit 255; fi`,
    );
    const message = expect.stringMatching(/\n {2}one\n {2}two\n/);
    await expect(findPulumi(workspace)).rejects.toMatchObject({ code, message });
  });

  test('answers, or is told with its command and its words', async () => {
    const answering = await target('echo "$3 of $1"; [ "$2" = good ] || { echo no >&2; exit 1; }');
    expect(await pulumiAnswer(answering, 'config', 'good', 'region')).toBe('region of config');
    expect(await failureOf(pulumiAnswer(answering, 'config', 'bad'))).toMatchObject({
      ...{ code: 'PULUMI_FAILED', message: '`pulumi config bad` failed: no' },
    });
  });
});

/** Fails at a command as the engine does, which writes its errors into the event log. */
const failing = (command: string, message: string) =>
  `if [ $1 = ${command} ]; then
     [ "$PULUMI_DEBUG_COMMANDS" = true ] || exit 9
     for log in "$@"; do :; done
     echo "$log" > "\${0%/*}/log"
     echo '${JSON.stringify({ diagnosticEvent: { severity: 'error', message } })}' > "$log"
     exit 1
   fi`;

describe('the preview', () => {
  test('creates the stack, and keeps the rules', async () => {
    const previewed = await target('');
    await preview(previewed);
    expect(await previewed.calls()).toEqual([
      'stack select --create acme/shop/test',
      expect.stringMatching(
        /^preview --stack acme\/shop\/test --diff --policy-pack apps\/policy --event-log \/.*\/events\.json$/,
      ),
    ]);
  });

  test('has the remedy of a cause that the engine names, and leaves no event log', async () => {
    const refused = await target(failing('preview', 'api error AccessDenied: no'));
    expect(await failureOf(preview(refused))).toMatchObject({
      code: 'PERMISSION',
      message: expect.stringMatching(
        /^`pulumi preview` failed\. The credentials lack [^]* Nothing was changed\.$/,
      ),
    });
    const log = (await readFile(path.join(refused.workspace, 'log'), 'utf8')).trim();
    expect(path.basename(log)).toBe('events.json');
    expect(existsSync(path.dirname(log))).toBe(false);
  });

  test('ends where the stack cannot be selected, with the remedy of what the CLI says', async () => {
    const locked = await target('echo "error: passphrase must be set" >&2; exit 255');
    expect(await failureOf(preview(locked))).toMatchObject({
      code: 'PASSPHRASE',
      message: expect.stringMatching(/^`pulumi stack` failed\. .* Nothing was changed\.$/),
    });
    expect(await locked.calls()).toHaveLength(1);
  });

  test('shows an unknown cause', async () => {
    const broken = await target('exit 1');
    expect(await failureOf(preview(broken))).toMatchObject({
      code: 'PULUMI_FAILED',
      message:
        '`pulumi stack select --create acme/shop/test` failed: see above. Nothing was changed.',
    });
  });
});

describe('the update', () => {
  const outputs = {
    ...{ sourceBucket: 's', processedBucket: 'p', queueUrl: 'q', deadLetterQueueUrl: 'd' },
    ...{ functionName: 'f', dashboardUrl: 'u' },
  };
  const AGAIN =
    'What exists already stays. Then run `npm run deploy -- acme/shop/test` again: it continues there.';

  test('does what the preview has shown, and reads the outputs', async () => {
    const script = `if [ "$2" = output ]; then echo '${JSON.stringify({ ...outputs, other: 1 })}'; fi`;
    const updated = await target(script);
    expect(await update(updated)).toEqual(outputs);
    expect(await updated.calls()).toEqual([
      expect.stringMatching(
        /^up --stack acme\/shop\/test --yes --skip-preview --policy-pack apps\/policy --event-log \/\S+$/,
      ),
      'stack output --stack acme/shop/test --json',
    ]);
  });

  test('has the remedy of its failure, and goes on at the next time', async () => {
    const used = await target(failing('up', 'api error LimitExceeded: Cannot exceed'));
    const { code, message } = await failureOf(update(used));
    expect(code).toBe('QUOTA');
    expect(message).toMatch(/^`pulumi up` failed\. A quota /);
    expect(message.endsWith(` ${AGAIN}`)).toBe(true);
  });

  test.each([
    [1, `The update was interrupted. ${AGAIN}`],
    [2, expect.stringMatching(/^The update was interrupted\. The second Ctrl-C .* What exists/)],
  ])('waits for the CLI after %i Ctrl-C', async (times, message) => {
    const before = process.listenerCount('SIGINT');
    const slow = await target(
      'cd "${0%/*}"; touch started; while [ ! -e over ]; do sleep 0.01; done; exit 1',
    );
    const updating = failureOf(update(slow));
    await vi.waitFor(() => expect(existsSync(path.join(slow.workspace, 'started'))).toBe(true));
    for (const listener of process.listeners('SIGINT').slice(before))
      for (let time = 0; time < times; time++) listener('SIGINT');
    await writeFile(path.join(slow.workspace, 'over'), '');
    expect(await updating).toMatchObject({
      ...{ code: 'INTERRUPTED', message, cause: { code: 'PULUMI_FAILED' } },
    });
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
