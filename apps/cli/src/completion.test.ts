/** Completion in the shells that are installed, used as a person does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from './run.ts';
import {
  HAS_PSEUDO_TERMINAL,
  installDarkroom,
  isInstalled,
  PseudoTerminal,
} from './testing/pseudo-terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-completion-'));
  await installDarkroom(folder);
  await writeFile(path.join(folder, 'Pulumi.prod.yaml'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SHELLS = {
  bash: { start: 'bash --norc -i', prepare: '' },
  zsh: { start: 'zsh -f -i', prepare: 'autoload -U compinit; compinit -u -D; ' },
  fish: { start: 'fish --no-config -i', prepare: '' },
};

describe.each(Object.entries(SHELLS))('%s', (shell, { start, prepare }) => {
  const isHere = HAS_PSEUDO_TERMINAL && isInstalled(shell);
  let terminal: PseudoTerminal | undefined;
  afterEach(() => terminal?.stop());

  test.runIf(isHere)(
    `completes a command, an option and a stack${isHere ? '' : ` (${shell} or \`script\` is missing: SKIPPED)`}`,
    async () => {
      const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, PS1: '> ' };
      terminal = new PseudoTerminal(start, { cwd: folder, env });
      // Twice, as after `source ~/.bashrc`. The quotes distinguish the command from its output.
      const load = `darkroom complete ${shell} > script; source ./script; source ./script`;
      terminal.type(`${prepare}${load}; echo re""ady\r`);
      await terminal.waitFor('ready');
      expect(terminal.output).not.toMatch(/readonly|not found/);
      terminal.type('darkroom sta\t');
      await terminal.waitFor('darkroom status ');
      terminal.type('--sta\t');
      await terminal.waitFor('--stack ');
      terminal.type('p\t');
      await terminal.waitFor('prod');
    },
  );
});

describe('suggestions', () => {
  afterEach(() => vi.unstubAllEnvs());
  const suggest = async (...words: string[]) => {
    let text = '';
    vi.stubEnv('INIT_CWD', folder);
    const output = { write: (more: string) => void (text += more) };
    const streams = { stdout: output, stderr: output, stdin: {}, env: {} };
    expect(await run(['complete', '--', ...words], { streams })).toBe(0);
    return text;
  };

  test.each([
    [['apply', '--kind', 'mis'], 'missing\t\n:4\n'],
    [['redrive', '--code', 'UNEX'], 'UNEXPLAINED\t\n:4\n'],
    [['compare', '--settings', 'Pu'], 'Pulumi.prod.yaml\t\n:4\n'],
    [['status', '--region', ''], ':4\n'],
    [['render', 'nowhere/'], ':4\n'],
    // The next word continues in the folder.
    [['render', '/tm'], '/tmp/\t\n:6\n'],
  ])('after %j', async (words, expected) => {
    expect(await suggest(...words)).toBe(expected);
  });

  test('an unknown shell is a mistake', async () => {
    let error = '';
    const output = { write: (more: string) => void (error += more) };
    const streams = { stdout: output, stderr: output, stdin: {}, env: {} };
    expect(await run(['complete', 'tcsh'], { streams })).toBe(2);
    expect(error).toContain('name the shell: bash, zsh, fish, powershell');
  });
});
