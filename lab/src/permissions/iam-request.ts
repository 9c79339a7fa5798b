/** One request that IAM must allow. */
export interface IamRequest {
  /** ARN of a role's session, or a service such as `s3.amazonaws.com`. */
  readonly principal: string;
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*` for actions that know no resources. */
  readonly resource: string;
  /** Condition keys in addition to those of every request. */
  readonly context: Readonly<Record<string, string>>;
  /** Purpose of the request, for messages. */
  readonly because: string;
}

/** Without repetitions: a burst asks for the same a thousand times. */
export function distinct(requests: readonly IamRequest[]): IamRequest[] {
  const byText = requests.map(
    (request) => [JSON.stringify({ ...request, because: undefined }), request] as const,
  );
  return [...new Map(byText.reverse()).values()].reverse();
}

export function describe({ principal, action, resource, because }: IamRequest): string {
  return `${principal} ${action} ${resource} (${because})`;
}
