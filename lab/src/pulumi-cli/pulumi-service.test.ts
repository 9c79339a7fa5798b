/** `npm run deploy` with Pulumi Cloud as the place of state and configuration. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createProject, findCli, type Project, succeeded } from './cli.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { type PulumiService, secret, startPulumiService } from './pulumi-service.ts';

const cli = await findCli();
const title = `Pulumi Cloud${cli === undefined ? ' (there is no Pulumi CLI: SKIPPED)' : ''}`;
const STACK = 'acme/darkroom/test';

const pipeline = {
  recipes: [
    { name: 'photos', variants: [{ name: 'thumb', steps: ['rotate', { encode: 'webp' }] }] },
  ],
  function: { memory: 1769, timeout: 30 },
  queue: { maximumConcurrency: 2 },
  storage: { protect: false },
  alarms: { receivers: [{ https: secret('https://example.org/hook?token=abc') }] },
};

describe.runIf(cli !== undefined)(title, { timeout: 10 * 60_000 }, () => {
  let cloud: Cloud;
  let service: PulumiService;
  let project: Project;
  beforeAll(async () => {
    cloud = await startCloud();
    service = await startPulumiService();
    project = await createProject(cli ?? '', {
      ...cloud.environment,
      PULUMI_BACKEND_URL: service.url,
      PULUMI_ACCESS_TOKEN: 'test',
      // The ESC environment has them.
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const file = { environment: ['darkroom/dev'], config: { 'darkroom:packageTarget': 'host' } };
    await writeFile(path.join(project.directory, 'Pulumi.test.yaml'), stringify(file));
  });
  afterAll(async () => {
    await project?.remove();
    service?.stop();
    await cloud?.stop();
  });

  test('an environment that does not exist is one message', async () => {
    const { code, stderr } = await project.deploy(STACK);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ESC environment of Pulumi\.test\.yaml cannot be opened/);
    expect(stderr).toContain("environment 'darkroom/dev' not found");
  });

  test('settings, region and credentials of an ESC environment deploy the stack', async () => {
    service.environments.set('darkroom/dev', {
      pulumiConfig: { 'aws:region': 'us-east-1', 'darkroom:pipeline': pipeline },
      environmentVariables: {
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: secret('test'),
      },
    });
    const ended = await project.deploy(STACK);
    succeeded('npm run deploy with an ESC environment', ended);
    expect(ended.stdout).toContain('Pulumi.test.yaml is valid; region us-east-1');
    expect(ended.stdout).toMatch(/✓ darkroom-smoke-test-\S+\.jpg, \d+\.\d s:/);
    expect(ended.stdout + ended.stderr).not.toContain('token=abc');
    expect(service.unknown).toEqual([]);
    const preview = await project.pulumi('preview', '--stack', STACK, '--expect-no-changes');
    succeeded('second preview', preview);
  });
});
