import { expect, onTestFinished, test, vi } from 'vitest';
import { run } from './command.ts';

const shell = { program: 'sh', args: ['-c'] };
const cwd = import.meta.dirname;

test('returns what a program prints, and how it ends', async () => {
  const script = 'echo; echo out; echo warning >&2; cat; exit 3';
  expect(await run(shell, [script], { cwd })).toEqual({
    code: 3,
    stdout: 'out',
    stderr: 'warning',
  });
});

test('a program that is killed or missing has no code', async () => {
  expect(await run(shell, ['kill -9 $$'], { cwd })).toMatchObject({ code: null });
  const missing = { program: './no-such-program', args: [] };
  expect(await run(missing, [], { cwd })).toEqual({ code: null, stdout: '', stderr: '' });
});

test('runs in its folder, with variables of its own', async () => {
  vi.stubEnv('OURS', 'ours');
  onTestFinished(() => void vi.unstubAllEnvs());
  const script = 'echo "$PWD $OURS $THEIRS $PULUMI_SKIP_UPDATE_CHECK"';
  const { stdout } = await run(shell, [script], { cwd, environment: { THEIRS: 'theirs' } });
  expect(stdout).toBe(`${cwd} ours theirs true`);
});

test('on the terminal, errors are shown and returned', async () => {
  const shown: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    shown.push(String(chunk));
    return true;
  });
  onTestFinished(() => void write.mockRestore());
  const result = await run(shell, ['echo "error: why" >&2'], { cwd, onTerminal: true });
  expect(result).toEqual({ code: 0, stdout: '', stderr: 'error: why' });
  expect(shown).toEqual(['error: why\n']);
  await run(shell, ['echo "error: hidden" >&2'], { cwd });
  expect(shown).toEqual(['error: why\n']);
});
