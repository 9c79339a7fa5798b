export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';

export type Properties = Readonly<Record<string, unknown>>;

/** A resource as a program asked for it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
}

const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'aws:s3/bucket:Bucket': 'bucket',
  'aws:cloudwatch/dashboard:Dashboard': 'dashboardName',
};

/** What `aws` would answer, as far as the program reads it: names that Pulumi makes up, ids and ARNs in AWS's shape. */
export function create({ type, name, inputs }: Registered): { id: string; state: Properties } {
  const nameProperty = NAME_PROPERTY[type] ?? 'name';
  const given = inputs[nameProperty];
  const physical = typeof given === 'string' ? given : `${name}-0a1b2c3`;
  const state = { ...inputs, [nameProperty]: physical };
  switch (type) {
    case 'aws:s3/bucket:Bucket':
      return { id: physical, state: { ...state, arn: `arn:aws:s3:::${physical}` } };
    case 'aws:sqs/queue:Queue': {
      const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${physical}`;
      return { id: url, state: { ...state, url, arn: arn('sqs', physical) } };
    }
    case 'aws:cloudwatch/logGroup:LogGroup':
      return { id: physical, state: { ...state, arn: arn('logs', `log-group:${physical}`) } };
    case 'aws:iam/role:Role':
      return { id: physical, state: { ...state, arn: `arn:aws:iam::${ACCOUNT}:role/${physical}` } };
    case 'aws:lambda/function:Function':
      return { id: physical, state: { ...state, arn: arn('lambda', `function:${physical}`) } };
    default:
      return { id: physical, state };
  }
}

/** The provider's functions. */
export function invoke(token: string, inputs: Properties): Properties {
  switch (token) {
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { ...inputs, accountId: ACCOUNT };
    case 'aws:index/getRegion:getRegion':
      return { ...inputs, region: REGION };
    default:
      throw new Error(`The program calls ${token}, which the tests do not know`);
  }
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
