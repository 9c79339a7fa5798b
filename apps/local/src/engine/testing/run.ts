import { Deployment, type Registered } from '../deployment.ts';
import { Report, type DeploymentEvent } from '../events.ts';
import type { Registration } from '../registration.ts';
import { State } from '../state.ts';
import { memoryHandlers, type MemoryCloud } from './memory-cloud.ts';

/** Registers as a program's constructors would. */
export type Register = (
  type: 'Box' | 'Label' | 'Wish' | 'Nothing',
  name: string,
  inputs?: Registration['inputs'],
  options?: Partial<Registration>,
) => Promise<Registered>;

/** A deployment of a program that is just a function here, without Pulumi. */
export async function run(
  cloud: MemoryCloud,
  dataDir: string,
  program: (register: Register) => Promise<unknown>,
) {
  const events: DeploymentEvent[] = [];
  const report = new Report((event) => events.push(event));
  const names = { project: 'shop', stack: 'dev' };
  const state = await State.open({ dataDir, endpoint: cloud.endpoint, ...names });
  const deployment = new Deployment({
    ...names,
    programDirectory: dataDir,
    handlers: memoryHandlers,
    context: cloud,
    state,
    report,
  });
  const register: Register = (type, name, inputs = {}, options = {}) =>
    deployment.register({
      type: `test:index:${type}`,
      name,
      custom: true,
      parent: '',
      inputs,
      secretInputs: [],
      dependencies: [],
      aliases: [],
      protect: false,
      retainOnDelete: false,
      deleteBeforeReplace: undefined,
      ignoreChanges: [],
      replaceOnChanges: [],
      additionalSecretOutputs: [],
      unsupported: [],
      ...options,
    });
  // A program goes on as well as it can when a resource fails: only the deployment's verdict counts.
  await program(register).catch(() => undefined);
  await deployment.finish();
  return { deployment, changes: report.changes, notEmulated: report.notEmulated(), events };
}

export const urn = (type: string, name: string) =>
  `urn:pulumi:dev::shop::test:index:${type}::${name}`;
