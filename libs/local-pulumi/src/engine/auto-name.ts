import { randomBytes } from 'node:crypto';
import { DeploymentError } from './errors.ts';

/** How a resource type gets a physical name where the program gives none. */
export interface AutoName {
  /** The input that holds the name. */
  readonly property: string;
  /** The longest name that the service takes, in characters. */
  readonly maxLength: number;
  /** For services that take no capitals. */
  readonly lowerCase?: true;
  /** What has to stand at the end of the name, given the resource's other inputs. */
  readonly suffix?: (inputs: Readonly<Record<string, unknown>>) => string;
  readonly prefix?: string;
}

/** Random hex digits after the name, as many as Pulumi's own auto-naming takes. */
const DIGITS = 7;

/**
 * `NAME-` and 7 hex digits, Pulumi's own rule (Pulumi documentation, "Autonaming").
 *
 * @throws DeploymentError `INPUT_INVALID` when the service takes no name as long as that.
 */
export function autoName(
  rule: AutoName,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): string {
  const digits = randomBytes(4).toString('hex').slice(0, DIGITS);
  const base = rule.lowerCase ? name.toLowerCase() : name;
  const full = `${rule.prefix ?? ''}${base}-${digits}${rule.suffix?.(inputs) ?? ''}`;
  if (full.length > rule.maxLength) {
    throw new DeploymentError(
      'INPUT_INVALID',
      `"${full}" has ${full.length} characters, ${rule.maxLength} are allowed: shorten the resource's name or set "${rule.property}"`,
    );
  }
  return full;
}
