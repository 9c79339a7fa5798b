import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Whose these are: the rules of `apps/policy` ask for that of everything in a stack. */
const tags = { team: 'gallery' };

/** For the team's web application: it uploads, and does nothing else. */
export function allowUploads(
  name: string,
  bucketArn: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): aws.iam.Policy {
  return new aws.iam.Policy(
    name,
    {
      policy: bucketArn.apply((arn) =>
        JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['s3:PutObject'], Resource: [`${arn}/uploads/*`] },
          ],
        }),
      ),
      tags,
    },
    opts,
  );
}

/** A receiver of the alarms that no settings name: here, the team's own queue of incidents. */
export function notifyOnCall(
  name: string,
  alarmTopicArn: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const incidents = new aws.sqs.Queue(
    `${name}-incidents`,
    { sqsManagedSseEnabled: true, tags },
    opts,
  );
  new aws.sqs.QueuePolicy(
    `${name}-incidents-policy`,
    {
      queueUrl: incidents.url,
      policy: pulumi.jsonStringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: ['sqs:SendMessage'],
            Resource: [incidents.arn],
            Condition: { ArnEquals: { 'aws:SourceArn': alarmTopicArn } },
          },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: ['sqs:*'],
            Resource: [incidents.arn],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    },
    opts,
  );
  new aws.sns.TopicSubscription(
    name,
    { topic: alarmTopicArn, protocol: 'sqs', endpoint: incidents.arn },
    opts,
  );
}
