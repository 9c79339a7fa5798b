import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import type { History } from '@darkroom/console-api';
import type { Activity, Alarm, FunctionEvent } from '@darkroom/operations';
import { CODES, metricDimensions, METRICS, METRICS_NAMESPACE } from '@darkroom/pipeline';
import * as z from 'zod';
import { withOperations } from './aws-operation.ts';
import type { Stack } from './stack.ts';

/** Body of the local stack's `GET /api/activity`. */
const localActivity = z.object({
  outcomes: z.record(z.string(), z.number()),
  running: z.number(),
  oldestMessage: z.number().nullable(),
  events: z.array(
    z.object({
      at: z.number(),
      message: z.string(),
      code: z.string().optional(),
      reason: z.string().optional(),
      duration: z.number().optional(),
    }),
  ),
});

async function askLocal(stack: Pick<Stack, 'consoleUrl'>, query: Record<string, string>) {
  const response = await fetch(
    `${stack.consoleUrl}/api/activity?${new URLSearchParams(query).toString()}`,
  );
  return localActivity.parse(await response.json());
}

/** @returns undefined if the stack was named by --source, --processed and --queue, which say nothing about the function */
export async function readActivity(stack: Stack, minutes: number): Promise<Activity | undefined> {
  if (stack.isLocal) {
    const { outcomes, running, oldestMessage } = await askLocal(stack, { minutes: `${minutes}` });
    const oldestSeconds = oldestMessage === null ? null : (Date.now() - oldestMessage) / 1000;
    return {
      ...{ outcomes, running, throttled: null },
      oldestSeconds: oldestSeconds && Math.round(oldestSeconds),
    };
  }
  return stack.functionName === undefined
    ? undefined
    : readMetrics(stack, stack.functionName, minutes);
}

/** Counters of the function that are not codes (apps/resizer/src/telemetry.ts). */
const FURTHER_COUNTS = ['DONE', 'DEAD_LETTER'];

async function readMetrics(stack: Stack, functionName: string, minutes: number): Promise<Activity> {
  const cloudWatch = withOperations(new CloudWatchClient(stack.client));
  const codes = [...FURTHER_COUNTS, ...Object.keys(CODES)];
  const dimensions = (values: Record<string, string>) =>
    Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
  const query = (
    Id: string,
    [Namespace, MetricName, values, Stat]: [string, string, Record<string, string>, string],
  ) => ({
    Id,
    MetricStat: {
      Metric: { Namespace, MetricName, Dimensions: dimensions(values) },
      Period: 60,
      Stat,
    },
  });
  const queueName = new URL(stack.queueUrl).pathname.split('/').at(-1) ?? '';
  const now = Date.now();
  try {
    const { MetricDataResults = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - minutes * 60_000),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: [
          ...codes.map((code, index) =>
            query(`code${index}`, [METRICS_NAMESPACE, code, metricDimensions(functionName), 'Sum']),
          ),
          query('running', [
            'AWS/Lambda',
            'ConcurrentExecutions',
            { FunctionName: functionName },
            'Maximum',
          ]),
          query('throttled', ['AWS/Lambda', 'Throttles', { FunctionName: functionName }, 'Sum']),
          query('oldest', [
            'AWS/SQS',
            'ApproximateAgeOfOldestMessage',
            { QueueName: queueName },
            'Maximum',
          ]),
        ],
      }),
    );
    const valuesOf = (id: string) => MetricDataResults.find(({ Id }) => Id === id)?.Values ?? [];
    const sums = codes.map((code, index): [string, number] => [
      code,
      valuesOf(`code${index}`).reduce((sum, value) => sum + value, 0),
    ]);
    return {
      outcomes: Object.fromEntries(sums.filter(([, count]) => count > 0)),
      running: valuesOf('running')[0] ?? null,
      throttled: valuesOf('throttled').reduce((sum, value) => sum + value, 0),
      oldestSeconds: valuesOf('oldest')[0] ?? null,
    };
  } finally {
    cloudWatch.destroy();
  }
}

/** Of the chart: CloudWatch has a value for each minute. */
const HISTORY_MINUTES = 15;

/** @returns the latest minutes; without points if the function is unknown */
export async function readHistory({ functionName, client }: Stack): Promise<History> {
  const seconds = 60;
  if (functionName === undefined) return { seconds, points: [] };
  const cloudWatch = withOperations(new CloudWatchClient(client));
  const Dimensions = Object.entries(metricDimensions(functionName)).map(([Name, Value]) => ({
    ...{ Name, Value },
  }));
  const query = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: METRICS_NAMESPACE, MetricName, Dimensions },
      ...{ Period: seconds, Stat },
    },
  });
  const end = Math.ceil(Date.now() / 60_000) * 60_000;
  const start = end - HISTORY_MINUTES * 60_000;
  try {
    const { MetricDataResults = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        ...{ StartTime: new Date(start), EndTime: new Date(end) },
        MetricDataQueries: [
          query('done', 'DONE', 'Sum'),
          query('rejected', METRICS.rejected, 'Sum'),
          query('failed', METRICS.failed, 'Sum'),
          query('latency', METRICS.duration, 'p50'),
        ],
      }),
    );
    const valuesOf = (id: string) => {
      const { Timestamps = [], Values = [] } = MetricDataResults.find(({ Id }) => Id === id) ?? {};
      return new Map(Timestamps.map((time, index) => [time.getTime(), Values[index]]));
    };
    const [done, rejected, failed, latency] = ['done', 'rejected', 'failed', 'latency'].map(
      valuesOf,
    );
    const points = Array.from({ length: HISTORY_MINUTES }, (_, index) => {
      const at = start + index * 60_000;
      return {
        ...{ at, done: done?.get(at) ?? 0, rejected: rejected?.get(at) ?? 0 },
        ...{ failed: failed?.get(at) ?? 0, latency: latency?.get(at) ?? null },
      };
    });
    return { seconds, points };
  } finally {
    cloudWatch.destroy();
  }
}

/** CloudWatch accepts this many names in a request (DescribeAlarms). */
const ALARMS_A_REQUEST = 100;

/** @returns alarms by name; undefined if the stack has none, as the local one */
export async function readAlarms(stack: Stack): Promise<Alarm[] | undefined> {
  const { alarmNames, isLocal } = stack;
  if (alarmNames === undefined || isLocal) return undefined;
  const cloudWatch = withOperations(new CloudWatchClient(stack.client));
  const alarms: Alarm[] = [];
  try {
    for (let first = 0; first < alarmNames.length; first += ALARMS_A_REQUEST) {
      const { MetricAlarms = [] } = await cloudWatch.send(
        new DescribeAlarmsCommand({
          AlarmNames: alarmNames.slice(first, first + ALARMS_A_REQUEST),
          MaxRecords: ALARMS_A_REQUEST,
        }),
      );
      alarms.push(
        ...MetricAlarms.map(
          ({ AlarmName = '', StateValue = 'INSUFFICIENT_DATA', StateReason = '' }) => ({
            name: AlarmName,
            state: StateValue,
            reason: StateReason,
          }),
        ),
      );
    }
    return alarms.sort((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    cloudWatch.destroy();
  }
}

const logLine = z.object({
  key: z.string(),
  message: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
  duration: z.number().optional(),
});

/** How far back events of a key are read, days. */
const EVENT_DAYS = 1;

/**
 * @param signal ends the search in a large log; the lines so far are the result
 * @returns the function's log lines about a key, oldest first; undefined without a log group
 */
export async function readEvents(
  stack: Pick<Stack, 'isLocal' | 'consoleUrl' | 'logGroupName' | 'client'>,
  key: string,
  signal: AbortSignal,
): Promise<FunctionEvent[] | undefined> {
  if (stack.isLocal)
    return (await askLocal(stack, { key })).events.map(({ at, ...rest }) => ({
      time: new Date(at).toISOString(),
      ...rest,
    }));
  if (stack.logGroupName === undefined) return undefined;
  const logs = withOperations(new CloudWatchLogsClient(stack.client));
  const found: FunctionEvent[] = [];
  try {
    // CloudWatch returns a page after a part of the log, which may have no line of the key.
    const pages = paginateFilterLogEvents(
      { client: logs },
      {
        logGroupName: stack.logGroupName,
        filterPattern: `{ $.key = ${JSON.stringify(key)} }`,
        startTime: Date.now() - EVENT_DAYS * 86_400_000,
      },
    );
    for await (const { events = [] } of pages) {
      found.push(
        ...events.flatMap(({ message = '', timestamp = 0 }) => eventOf(message, timestamp, key)),
      );
      if (signal.aborted) break;
    }
    return found.sort((a, b) => (a.time < b.time ? -1 : 1));
  } finally {
    logs.destroy();
  }
}

/** A `*` in a filter pattern matches other keys, too. */
function eventOf(message: string, timestamp: number, wanted: string): FunctionEvent[] {
  const { success, data } = logLine.safeParse(jsonOf(message));
  if (!success || data.key !== wanted) return [];
  const { key: _, error, reason = error?.message, ...rest } = data;
  return [{ time: new Date(timestamp).toISOString(), ...rest, reason }];
}

/** Lambda's own lines may be text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
