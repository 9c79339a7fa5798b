import {
  CLOSING_MS,
  CODES,
  oldestMessageAlarm,
  type RejectionCode,
  type Settings,
} from '@darkroom/pipeline';
import { COST_METRICS, costExpressions } from './costs.ts';
import { countOf, eventsOf, type Metric, WATCHED } from './metrics.ts';

/** An alarm, wherever the pipeline is deployed. It goes off above its threshold. */
export interface AlarmSpec {
  /** Last part of its name. */
  readonly name: string;
  /** One sentence for the person on call: the problem. */
  readonly meaning: string;
  /** Section of docs/runbook.md. */
  readonly runbook: string;
  /** By their names in the expression. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Optional if the alarm compares one metric directly. */
  readonly expression?: string;
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  /** Goes off when so many of so many periods are above. */
  readonly periods: readonly [above: number, of: number];
}

const MINUTE = 60;
const HOUR = 3600;
/** Two of three five-minute periods: a short failure that a retry fixes raises no alarm. */
const LASTING = { period: 5 * MINUTE, periods: [2, 3] } as const;
const ONCE = [1, 1] as const;

/** A share of less than this many says nothing: of three uploads one may well be broken. */
const FEWEST = 20;
/** Calls in an hour that need no alarm, whatever the messages. */
const FREE_CALLS = 100;
/** Percent of the function's working time. */
const NEAR_TIMEOUT = 0.8;
/** Percent of rejections with another cause than the upload: an impossible recipe, or a defect. */
const OPERATORS_SHARE = 1;

/**
 * All alarms. Some numbers come from settings; every other number has a comment with its reason.
 *
 * @param ruleCount number of EventBridge rules that send to the queue
 */
export function alarmTable(settings: Settings, ruleCount = 0): readonly AlarmSpec[] {
  const { alarms, function: lambda } = settings;
  return [
    {
      name: 'dead-letters',
      meaning: 'Uploads wait for an operator in the dead-letter queue.',
      runbook: 'dead-letters',
      metrics: { letters: WATCHED.deadLetters },
      // Each of them is an upload that will not be processed.
      threshold: 0,
      period: MINUTE,
      periods: ONCE,
    },
    {
      name: 'more-dead-letters',
      meaning: 'More uploads wait for an operator in the dead-letter queue than a minute ago.',
      runbook: 'dead-letters',
      // `dead-letters` stays on while an old dead letter waits. A received dead letter is hidden, and comes back.
      metrics: { letters: WATCHED.deadLetters, received: WATCHED.receivedDeadLetters },
      expression: 'DIFF(letters + received)',
      threshold: 0,
      period: MINUTE,
      // DIFF needs the value of an earlier period.
      periods: [1, 3],
    },
    {
      name: 'oldest-message',
      meaning: `The oldest message has waited for more than ${oldestMessageAlarm(settings)} seconds.`,
      runbook: 'oldest-message',
      metrics: { age: WATCHED.oldest },
      threshold: oldestMessageAlarm(settings),
      ...LASTING,
    },
    {
      name: 'errors',
      meaning: `More than ${alarms.errorRate} percent of the function’s calls crash or run out of time.`,
      runbook: 'errors',
      metrics: { errors: WATCHED.errors, calls: WATCHED.calls },
      expression: '100 * errors / calls',
      threshold: alarms.errorRate,
      ...LASTING,
    },
    {
      name: 'failed-attempts',
      meaning: `More than ${alarms.failedAttempts} percent of the attempts fail and are repeated: S3, SQS or the function’s permissions.`,
      runbook: 'failed-attempts',
      metrics: { failed: WATCHED.failed, attempts: WATCHED.attempts },
      expression: `IF(attempts >= ${FEWEST}, 100 * failed / attempts, 0)`,
      threshold: alarms.failedAttempts,
      ...LASTING,
    },
    {
      name: 'throttles',
      meaning: 'Lambda refuses calls of the function: each counts as an attempt of its messages.',
      runbook: 'throttles',
      metrics: { throttles: WATCHED.throttles },
      // With queue.maximumConcurrency below the account's limit, throttling does not occur.
      threshold: 0,
      ...LASTING,
    },
    {
      name: 'duration',
      meaning: 'Calls of the function need nearly all of their time; batches are about to be cut.',
      runbook: 'duration',
      metrics: { slowest: WATCHED.slowestCalls },
      // The function stops its work this long before the timeout, so no call takes longer.
      threshold: NEAR_TIMEOUT * (lambda.timeout * 1000 - CLOSING_MS),
      ...LASTING,
    },
    {
      name: 'memory',
      meaning: `The function holds more than ${alarms.memoryUsed} percent of its ${lambda.memory} MiB.`,
      runbook: 'memory',
      metrics: { memory: WATCHED.memory },
      threshold: alarms.memoryUsed,
      ...LASTING,
    },
    ...rejections(settings),
    ...(settings.events?.webhook ? webhookAlarms() : []),
    ...Array.from({ length: ruleCount }, (_, rule) => undelivered(rule)).flat(),
    {
      name: 'spending',
      meaning: `The function is called more than ${alarms.callsPerMessage} times for each message: something goes round.`,
      runbook: 'spending',
      // A backlog is done in an hour in which little arrives: so whichever is more, arrived or settled.
      metrics: { calls: WATCHED.calls, sent: WATCHED.messages, settled: WATCHED.settled },
      expression: `calls - ${alarms.callsPerMessage} * IF(sent > settled, sent, settled)`,
      threshold: FREE_CALLS,
      period: HOUR,
      periods: ONCE,
    },
    {
      name: 'daily-cost',
      meaning: `At the rate of the last hour, a day costs more than ${alarms.dailyCost} USD (computing, calls and S3 writes).`,
      runbook: 'daily-cost',
      metrics: COST_METRICS,
      expression: `24 * (${costExpressions(settings)
        .map(({ expression }) => expression)
        .join(' + ')
        // Without outputs, as when every upload is rejected, their metric is missing and not zero.
        .replaceAll(/\b(?:outputs|decided)\b/g, 'FILL($&, 0)')})`,
      threshold: alarms.dailyCost,
      period: HOUR,
      periods: ONCE,
    },
  ];
}

/** Without `GAVE_UP`: it has a dead letter, and it counts as the code of the last attempt. */
export const REJECTIONS = [
  'UNSUPPORTED_FORMAT',
  'CORRUPT_IMAGE',
  'TOO_LARGE',
  'NOT_APPLICABLE',
  'SOURCE_UNREADABLE',
  'TRANSFORM_FAILED',
] as const;

function rejections({ alarms }: Settings): AlarmSpec[] {
  return REJECTIONS.map((code: RejectionCode) => {
    const isOperators = CODES[code].verdict === 'reject-and-dead-letter';
    const share = isOperators ? OPERATORS_SHARE : alarms.rejectedShare;
    return {
      name: `rejected-${code.toLowerCase().replaceAll('_', '-')}`,
      meaning: `More than ${share} percent of an hour’s uploads are rejected as ${code}.`,
      runbook: 'rejected-uploads',
      metrics: { rejected: countOf(code), decided: WATCHED.decided },
      expression: `IF(decided >= ${FEWEST}, 100 * rejected / decided, 0)`,
      threshold: share,
      period: HOUR,
      periods: ONCE,
    };
  });
}

/** Seconds. Two retries have failed by then: the receiver does more than restart. */
const LATE_EVENT = 15 * MINUTE;

function webhookAlarms(): AlarmSpec[] {
  return [
    {
      name: 'webhook-late',
      meaning: `The webhook has not accepted an event for more than ${LATE_EVENT / MINUTE} minutes.`,
      runbook: 'webhook',
      metrics: { age: WATCHED.oldestEvent },
      threshold: LATE_EVENT,
      ...LASTING,
    },
    {
      name: 'webhook-dead-letters',
      meaning: 'The webhook has not accepted events in any attempt. They wait for an operator.',
      runbook: 'webhook',
      metrics: { letters: WATCHED.undeliveredEvents },
      // The application does not know these outcomes.
      threshold: 0,
      period: MINUTE,
      periods: ONCE,
    },
  ];
}

/** An event that does not reach the queue is an upload that nothing else reports. */
function undelivered(rule: number): AlarmSpec[] {
  const common = { runbook: 'lost-events', threshold: 0, period: 5 * MINUTE, periods: ONCE };
  return [
    {
      ...common,
      name: `events-${rule}-failed`,
      meaning: 'EventBridge cannot deliver events of uploads to the queue.',
      metrics: { failed: eventsOf(rule, 'FailedInvocations') },
    },
    {
      ...common,
      name: `events-${rule}-lost`,
      meaning: 'EventBridge loses events of uploads: it cannot send them to the dead-letter queue.',
      metrics: { lost: eventsOf(rule, 'InvocationsFailedToBeSentToDlq') },
    },
  ];
}

/** Its path in this repository. */
export const RUNBOOK = 'docs/runbook.md';

/** A section of the runbook: its address where it is published, or else the file. */
export function runbookLink({ alarms }: Settings, section: string): string {
  return `${alarms.runbookUrl ?? RUNBOOK}#${section}`;
}
