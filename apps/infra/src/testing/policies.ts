import type { Statement } from '../permissions/policy-document.ts';
import type { Properties } from './provider.ts';

/** The statements of a policy that a resource takes as JSON. */
export function statementsOf(inputs: Properties, property = 'policy'): Statement[] {
  return (JSON.parse(inputs[property] as string) as { Statement: Statement[] }).Statement;
}
