import * as pulumi from '@pulumi/pulumi';

/**
 * One statement of a policy document. Plain data, which lets tests read it without Pulumi.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** Only in resource policies. In a role's policy the role is the principal. */
  readonly Principal?: '*' | { readonly Service: string } | { readonly AWS: string };
  readonly Action: readonly string[];
  /** Not in a role's trust policy, where the role is the resource. */
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** AWS does not accept the size of a policy. Thrown at preview. */
export class PolicySizeError extends pulumi.RunError {
  override readonly name = 'PolicySizeError';
  readonly code = 'POLICY_TOO_LARGE';
}

/**
 * An ARN with the longest region, for counting a policy before the names of the resources are known. Pulumi adds a hyphen
 * and seven digits to names.
 */
export function longestArn(service: string, part: string): string {
  return `arn:aws:${service}:${'r'.repeat(14)}:${'0'.repeat(12)}:${part}`;
}

export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/**
 * Denies all requests over plain HTTP.
 *
 * @param service as in `s3:*`
 */
export function denyPlainHttp(service: 's3' | 'sqs', resources: readonly string[]): Statement {
  return {
    Sid: 'DenyPlainHttp',
    Effect: 'Deny',
    Principal: '*',
    Action: [`${service}:*`],
    Resource: resources,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
