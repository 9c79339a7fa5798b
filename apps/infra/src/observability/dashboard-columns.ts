import { CLOSING_MS, type Settings } from '@darkroom/pipeline';
import { alarmTable, REJECTIONS } from './alarm-table.ts';
import { COST_METRICS, costExpressions, costText, gbSeconds } from './costs.ts';
import { countOf, type Metric, WATCHED } from './metrics.ts';

/** One line of a graph: a metric, or an expression of the graph's metrics by their ids. */
export type Line =
  | { readonly label: string; readonly metric: Metric; readonly axis?: 'left' | 'right' }
  | { readonly label: string; readonly expression: string };

export interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Metrics that expressions name and the graph does not show, by their ids. */
  readonly behind?: Readonly<Record<string, Metric>>;
  readonly isStacked?: boolean;
  /** Horizontal line: where an alarm goes off. */
  readonly limit?: { readonly label: string; readonly value: number };
  /** Seconds; default 60. */
  readonly period?: number;
}

export interface Column {
  readonly title: string;
  /** Explains to a first-time reader which values matter. */
  readonly text: string;
  readonly graphs: readonly [Graph, Graph];
}

const HOUR = 3600;

/** From left to right as an upload goes. */
export function dashboardColumns(settings: Settings): readonly Column[] {
  const thresholds = new Map(
    alarmTable(settings).map(({ name, threshold }) => [name, threshold] as const),
  );
  const alarmAt = (alarm: string) => ({ label: 'alarm', value: thresholds.get(alarm) ?? 0 });
  return [
    {
      title: '1 Uploads',
      text: 'Keys that changed: uploaded, overwritten, removed.',
      graphs: [
        { title: 'Messages', lines: [line('messages', WATCHED.messages)] },
        {
          title: 'Messages an hour',
          period: HOUR,
          lines: [line('arrived', WATCHED.messages), line('settled', WATCHED.settled)],
        },
      ],
    },
    {
      title: '2 Queue',
      text: 'Waiting grows when more arrives than is done.',
      graphs: [
        {
          title: 'Messages',
          lines: [line('waiting', WATCHED.waiting), line('in work', WATCHED.inFlight)],
        },
        {
          title: 'Oldest, seconds',
          lines: [line('age', WATCHED.oldest)],
          limit: alarmAt('oldest-message'),
        },
      ],
    },
    {
      title: '3 Function',
      text: `At most ${settings.queue.maximumConcurrency} calls at once, of ${settings.function.timeout} s and ${settings.function.memory} MiB.`,
      graphs: [
        {
          title: 'Calls',
          lines: [
            line('calls', WATCHED.calls),
            line('errors', WATCHED.errors),
            line('throttles', WATCHED.throttles),
            line('at once', WATCHED.atOnce),
          ],
        },
        {
          title: 'Time, ms; memory, %',
          lines: [
            line('half are faster', WATCHED.typicalCall),
            line('99 of 100 are faster', WATCHED.slowestCalls),
            { ...line('memory', WATCHED.memory), axis: 'right' },
          ],
          limit: { label: 'work ends', value: settings.function.timeout * 1000 - CLOSING_MS },
        },
      ],
    },
    {
      title: '4 Outputs',
      text: 'Uploads that are done, and the variants written.',
      graphs: [
        {
          title: 'Written',
          lines: [line('done', WATCHED.done), line('variants', WATCHED.outputs)],
        },
        {
          title: 'Time of an upload, ms',
          lines: [
            line('half are faster', WATCHED.typicalUpload),
            line('99 of 100 are faster', WATCHED.slowestUploads),
          ],
        },
      ],
    },
    {
      title: '5 Rejects',
      text: 'What was not made, and why; the lists are below.',
      graphs: [
        {
          title: 'Rejected',
          isStacked: true,
          lines: REJECTIONS.map((code) => line(code, countOf(code))),
        },
        {
          title: 'Failed attempts, dead letters',
          lines: [
            line('failed attempts', WATCHED.failed),
            line('dead letters', WATCHED.deadLetters),
          ],
        },
      ],
    },
    {
      title: '6 Cost',
      text: costText(settings),
      graphs: [
        {
          title: 'US dollars an hour',
          isStacked: true,
          period: HOUR,
          lines: costExpressions(settings),
          behind: COST_METRICS,
        },
        {
          title: 'GB-seconds an hour',
          period: HOUR,
          lines: [{ label: 'GB-seconds', expression: gbSeconds(settings) }],
          behind: { callTime: WATCHED.callTime },
        },
      ],
    },
  ];
}

function line(label: string, metric: Metric): { label: string; metric: Metric } {
  return { label, metric };
}
