import { DeploymentError } from './deployment-error.ts';
import type { HandlerContext, ResourceHandler } from './handler.ts';
import { understoodInputs } from './check.ts';
import { deleteIn, type StepEnvironment } from './resource-step.ts';
import type { ResourceState } from './state.ts';

/**
 * Dependents before what they depend on.
 *
 * @param resources each with the URNs that it depends on
 */
export function inDeletionOrder<Item extends Pick<ResourceState, 'urn' | 'dependencies'>>(
  resources: readonly Item[],
): Item[] {
  const ordered: Item[] = [];
  let remaining = [...resources];
  while (remaining.length > 0) {
    const needed = new Set(
      remaining.flatMap(({ urn, dependencies }) => dependencies.filter((other) => other !== urn)),
    );
    const free = remaining.filter(({ urn }) => !needed.has(urn));
    // Pulumi's programs cannot make a circle; a damaged state could.
    const next = free.length > 0 ? free : remaining;
    ordered.push(...next);
    remaining = remaining.filter((resource) => !next.includes(resource));
  }
  return ordered;
}

/**
 * Deletes what the program no longer asks for, and what replacements took the place of.
 *
 * @param live the URNs that the program asked for
 * @throws DeploymentError `PROTECTED` before anything is deleted, or the first failure
 */
export async function deleteLeftovers<Context extends HandlerContext>(
  environment: StepEnvironment<Context>,
  live: ReadonlySet<string>,
  handlerOf: (resource: ResourceState) => ResourceHandler<Context>,
  failed: (resource: ResourceState, error: unknown) => Error,
): Promise<void> {
  const { state } = environment;
  const gone = state.resources().filter(({ urn }) => !live.has(urn));
  for (const resource of gone) {
    if (!resource.protect) continue;
    throw failed(
      resource,
      new DeploymentError(
        'PROTECTED',
        'the program no longer has it, and it is protected: put it back, or deploy it once without `protect`',
      ),
    );
  }
  const kept = new Map(
    state
      .resources()
      .filter(({ urn }) => live.has(urn))
      .map((resource) => [`${resource.type} ${resource.id}`, resource]),
  );
  for (const resource of inDeletionOrder([...state.replaced(), ...gone])) {
    try {
      await deleteLeftover(resource, { live, kept }, handlerOf(resource), environment);
    } catch (error) {
      throw failed(resource, error);
    }
  }
}

async function deleteLeftover<Context extends HandlerContext>(
  noted: ResourceState,
  { live, kept }: { live: ReadonlySet<string>; kept: ReadonlyMap<string, ResourceState> },
  handler: ResourceHandler<Context>,
  environment: StepEnvironment<Context>,
): Promise<void> {
  const { state, context, report } = environment;
  const inputs = understoodInputs(handler, noted.inputs);
  const id = noted.creating ? await handler.locate?.(inputs, context) : noted.id;
  const resource = { ...noted, id: id ?? '' };
  const heir = kept.get(`${resource.type} ${resource.id}`);
  if (heir === undefined) {
    if (id !== undefined) await deleteIn(handler, resource, context);
  } else if (heir.urn !== resource.urn && !handler.unknownType) {
    report.warn(
      `${resource.type} "${resource.name}" is now "${heir.name}" in the program and was kept here; on AWS it needs the option \`aliases\` to survive`,
    );
  }
  await state.remove(noted);
  // A predecessor goes with its replacement, which was reported.
  if (!live.has(resource.urn)) report.resource('delete', resource);
}
