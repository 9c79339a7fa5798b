import { Deployment, type Registered } from '../deployment.ts';
import { DeploymentLog, type DeploymentEvent } from '../events.ts';
import type { HandlerContext, Handlers } from '../handler.ts';
import type { Registration } from '../registration.ts';
import { State } from '../state.ts';

/** Registers as a program's constructors would. */
export type Register = (
  type: string,
  name: string,
  inputs?: Registration['inputs'],
  options?: Partial<Registration>,
) => Promise<Registered>;

/** A program without Pulumi. */
export type Program = (register: Register) => Promise<unknown>;

/** Deploys a program that is just a function here: project `shop`, stack `dev`. */
export async function run<Context extends HandlerContext>(
  handlers: Handlers<Context>,
  context: Context,
  dataDir: string,
  program: Program,
  unknownTypes: 'accept' | 'reject' = 'reject',
) {
  const events: DeploymentEvent[] = [];
  const report = new DeploymentLog((event) => events.push(event));
  const names = { project: 'shop', stack: 'dev' };
  const state = await State.open({ dataDir, endpoint: context.endpoint, ...names });
  const deployment = new Deployment({
    ...names,
    programDirectory: dataDir,
    ...{ handlers, unknownTypes, context, state, report },
  });
  const register: Register = (type, name, inputs = {}, options = {}) =>
    deployment.register({
      type,
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
  return {
    deployment,
    changes: report.changes,
    notEmulated: report.notEmulated(),
    unknownTypes: report.unknownTypes(),
    events,
  };
}

/** The URN of a resource that `run` registered, without a parent. */
export const urn = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
