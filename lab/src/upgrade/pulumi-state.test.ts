/**
 * The real Pulumi CLI previews the program on a stack state that the program of version 0.1 and the same CLI wrote. The
 * stack had every feature of that version. Only the path of the checkout was changed later.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProject, findCli, type Project } from '../pulumi-cli/cli.ts';
import { type Cloud, startCloud } from '../pulumi-cli/cloud.ts';

const FIXTURE = path.join(import.meta.dirname, 'version-0.1');
const MINUTES = 60_000;

const cli = await findCli();
const title = `a stack of version 0.1${cli === undefined ? ' (the Pulumi CLI is not installed, and Go cannot build it: SKIPPED)' : ''}`;

interface State {
  readonly deployment: {
    readonly resources: readonly { readonly urn: string }[];
  };
}

interface Preview {
  readonly steps: readonly {
    readonly op: string;
    readonly urn: string;
    readonly replaceReasons?: readonly string[] | null;
  }[];
}

/** `TYPE NAME` of a URN. */
function labelOf(urn: string): string {
  const [, , types = '', name = ''] = urn.split('::');
  return `${types.split('$').at(-1)} ${name}`;
}

describe.runIf(cli !== undefined)(title, { timeout: 10 * MINUTES }, () => {
  let cloud: Cloud;
  let project: Project;
  let state: State;
  let steps: Preview['steps'];
  beforeAll(async () => {
    cloud = await startCloud();
    project = await createProject(cli ?? '', cloud.environment);
    const settings = await readFile(path.join(FIXTURE, 'settings.json'), 'utf8');
    await project.configure(JSON.parse(settings) as object);
    const text = gunzipSync(await readFile(path.join(FIXTURE, 'pulumi-state.json.gz'))).toString();
    state = JSON.parse(text) as State;
    const file = path.join(project.directory, 'version-0.1.json');
    await writeFile(file, text);
    const run = async (...args: string[]) => {
      const ended = await project.pulumi(...args, '--stack', 'test');
      expect(ended, args.join(' ')).toMatchObject({ code: 0 });
      return ended.stdout;
    };
    await project.pulumi('stack', 'init', 'test');
    await run('stack', 'import', '--file', file, '--force');
    ({ steps } = JSON.parse(await run('preview', '--json')) as Preview);
  }, 10 * MINUTES);
  afterAll(async () => {
    await project?.remove();
    await cloud?.stop();
  });

  const labels = (...operations: string[]) =>
    steps.filter(({ op }) => operations.includes(op)).map(({ urn }) => labelOf(urn));

  test('deletes nothing, and creates alarms only: nothing else has another name', () => {
    expect(labels('delete', 'discard')).toEqual([]);
    for (const label of labels('create')) expect(label).toMatch(/^aws:cloudwatch\/metricAlarm:/);
  });

  test('replaces alarms and the dashboard only, for their names', () => {
    for (const { op, urn, replaceReasons } of steps) {
      if (!op.includes('replace')) continue;
      expect(labelOf(urn)).toMatch(/^aws:cloudwatch\/(metricAlarm|dashboard):/);
      expect(['name', 'dashboardName']).toEqual(
        expect.arrayContaining([...(replaceReasons ?? [])]),
      );
    }
    expect(labels('replace').length).toBeGreaterThan(0);
  });

  test('leaves buckets, keys and queues as they are', () => {
    const stateful = state.deployment.resources
      .map(({ urn }) => labelOf(urn))
      .filter((label) => /:(Bucket|Key|Queue) /.test(label));
    expect(stateful).toHaveLength(5);
    const changed = labels('create', 'update', 'replace', 'delete');
    expect(stateful.filter((label) => changed.includes(label))).toEqual([]);
  });
});
