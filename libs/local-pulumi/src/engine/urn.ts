const STACK_TYPE = 'pulumi:pulumi:Stack';

/**
 * A resource's uniform resource name: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`, with the types of
 * all parents but the stack (Pulumi documentation, "Resource URNs").
 */
export function urnOf(resource: {
  stack: string;
  project: string;
  /** The parent's URN; empty for none. */
  parent: string;
  type: string;
  name: string;
}): string {
  const parentType = resource.parent === '' ? '' : qualifiedTypeOf(resource.parent);
  const prefix = parentType === '' || parentType === STACK_TYPE ? '' : `${parentType}$`;
  return `urn:pulumi:${resource.stack}::${resource.project}::${prefix}${resource.type}::${resource.name}`;
}

/** The types of a URN's resource and of its parents, outermost first, joined by `$`. */
function qualifiedTypeOf(urn: string): string {
  return urn.split('::')[2] ?? '';
}

/** Whether a URN is the stack's own: the root of every program. */
export function isStack(urn: string): boolean {
  return qualifiedTypeOf(urn) === STACK_TYPE;
}
