import type { Settings } from '@darkroom/pipeline';
import * as z from 'zod';
import { run } from './command.ts';
import type { Target } from './pulumi.ts';

const resourceSchema = z.object({
  urn: z.string(),
  type: z.string(),
  outputs: z.record(z.string(), z.unknown()).default({}),
  modified: z.coerce.date().optional(),
});

/** Pulumi Cloud has null for the deployment of a new stack. */
const stateSchema = z.object({
  deployment: z.object({ resources: z.array(resourceSchema).nullish() }).nullable(),
});

/** A resource that Pulumi's state lists. */
export type StateResource = z.output<typeof resourceSchema>;

/** @returns what Pulumi has deployed of the stack; nothing if the stack does not exist yet */
export async function readState({
  workspace,
  stack,
  pulumi,
}: Target): Promise<readonly StateResource[]> {
  const { code, stdout } = await run(pulumi.command, ['stack', 'export', '--stack', stack], {
    cwd: workspace,
  });
  return code === 0 ? (stateSchema.parse(JSON.parse(stdout)).deployment?.resources ?? []) : [];
}

/** @returns executions that the stack's own functions have reserved */
export function reservedExecutions(state: readonly StateResource[]): number {
  return (
    state
      .filter(({ type }) => type === 'aws:lambda/function:Function')
      .map(({ outputs }) => outputs['reservedConcurrentExecutions'])
      // -1: the function reserves none.
      .reduce<number>((sum, reserved) => sum + Math.max(0, Number(reserved ?? 0)), 0)
  );
}

const NOTIFICATIONS = [
  'aws:s3/bucketNotification:BucketNotification',
  'aws:cloudwatch/eventTarget:EventTarget',
];

/** @returns when Pulumi last created or changed what sends events of uploads to the queue */
export function notificationsChanged(state: readonly StateResource[]): Date | undefined {
  return state
    .filter(({ type }) => NOTIFICATIONS.includes(type))
    .flatMap(({ modified }) => modified ?? [])
    .sort((a, b) => Number(b) - Number(a))[0];
}

/**
 * The receivers that the next update would unsubscribe by mistake. Version 0.1 named receivers by their position. The
 * alias of a position keeps the subscription only if the same receiver still has that position.
 *
 * @returns endpoints
 */
export function unsubscribedReceivers(
  state: readonly StateResource[],
  { alarms: { receivers } }: Pick<Settings, 'alarms'>,
): string[] {
  const wanted = receivers.map(({ email, https }) => email ?? https);
  return state
    .filter(({ type }) => type === 'aws:sns/topicSubscription:TopicSubscription')
    .flatMap(({ urn, outputs: { endpoint } }) => {
      const position = /-alarms-receiver-(\d{1,3})$/.exec(urn)?.[1];
      const known = typeof endpoint === 'string' && wanted.includes(endpoint);
      const stays = wanted[Number(position) - 1] === endpoint;
      return position !== undefined && known && !stays ? [endpoint] : [];
    });
}
