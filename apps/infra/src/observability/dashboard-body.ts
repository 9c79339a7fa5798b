import { LOG_QUERIES, type LogQuery, type Settings } from '@darkroom/pipeline';
import { partitionOf } from '../partition.ts';
import { runbookLink } from './alarm-table.ts';
import { type Column, dashboardColumns, type Graph, type Line } from './dashboard-columns.ts';
import { located, type Metric, type Watched } from './metrics.ts';

/** All that the page shows and links to. */
export interface DashboardNames extends Watched<string> {
  readonly pipeline: string;
  readonly region: string;
  readonly logGroup: string;
  /** ARNs. */
  readonly alarms: readonly string[];
  /** Of the saved queries. */
  readonly queryFolder: string;
}

export interface Widget {
  readonly type: 'text' | 'metric' | 'alarm' | 'log';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Of CloudWatch's grid, which is 24 wide. */
const WIDTH = 24;
const HEADER = { y: 0, height: 3 };
const ALARMS = { y: 3, height: 4 };
const COLUMN_TEXTS = { y: 7, height: 3 };
const GRAPHS = { y: 10, height: 6 };
const LISTS = { y: 22, height: 8 };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(settings: Settings, names: DashboardNames): { widgets: Widget[] } {
  const columns = dashboardColumns(settings);
  const width = WIDTH / columns.length;
  return {
    widgets: [
      { type: 'text', x: 0, width: WIDTH, ...HEADER, properties: header(settings, names) },
      {
        type: 'alarm',
        x: 0,
        width: WIDTH,
        ...ALARMS,
        properties: { title: 'Alarms', alarms: names.alarms },
      },
      ...columns.flatMap((column, index) => columnWidgets(column, index * width, width, names)),
      list('Rejected uploads', LOG_QUERIES.rejected, 0, names),
      list('Failed attempts and dead letters', LOG_QUERIES.failed, WIDTH / 2, names),
    ],
  };
}

function header(settings: Settings, { pipeline, region, queryFolder }: DashboardNames) {
  const runbook = settings.alarms.runbookUrl
    ? `[Runbook](${settings.alarms.runbookUrl})`
    : `Runbook: \`${runbookLink(settings, '').slice(0, -1)}\``;
  const insights = `${partitionOf(region).console}/cloudwatch/home?region=${region}#logsV2:logs-insights`;
  const queries = Object.values<LogQuery>(LOG_QUERIES).map(({ name }) => name);
  return {
    markdown: [
      `# Darkroom: ${pipeline}`,
      `${runbook} · [Logs Insights](${insights}), saved queries in \`${queryFolder}\`: ${queries.join(', ')}`,
    ].join('\n'),
  };
}

function columnWidgets(
  { title, text, graphs }: Column,
  x: number,
  width: number,
  names: DashboardNames,
): Widget[] {
  return [
    { type: 'text', x, width, ...COLUMN_TEXTS, properties: { markdown: `## ${title}\n${text}` } },
    ...graphs.map((graph, row): Widget => ({
      type: 'metric',
      x,
      y: GRAPHS.y + row * GRAPHS.height,
      width,
      height: GRAPHS.height,
      properties: graphProperties(graph, names),
    })),
  ];
}

function graphProperties(
  { title, lines, behind = {}, isStacked = false, limit, period = 60 }: Graph,
  names: DashboardNames,
): Widget['properties'] {
  const hidden = Object.entries(behind).map(([id, metric]) =>
    metricLine(metric, names, { id, visible: false }),
  );
  return {
    title,
    view: 'timeSeries',
    stacked: isStacked,
    region: names.region,
    period,
    metrics: [...lines.map((line) => shown(line, names)), ...hidden],
    yAxis: { left: { min: 0 } },
    ...(limit && { annotations: { horizontal: [limit] } }),
  };
}

function shown(line: Line, names: DashboardNames): unknown[] {
  if ('expression' in line) return [{ expression: line.expression, label: line.label }];
  const { label, metric, axis } = line;
  return metricLine(metric, names, { label, ...(axis && { yAxis: axis }) });
}

function metricLine(metric: Metric, names: DashboardNames, options: object): unknown[] {
  const { namespace, metricName, dimensions } = located(metric, names);
  return [
    namespace,
    metricName,
    ...Object.entries(dimensions).flat(),
    { stat: metric.stat, ...options },
  ];
}

function list(title: string, { text }: LogQuery, x: number, names: DashboardNames): Widget {
  return {
    type: 'log',
    x,
    width: WIDTH / 2,
    ...LISTS,
    properties: {
      title,
      view: 'table',
      region: names.region,
      query: `SOURCE '${names.logGroup}' | ${text}`,
    },
  };
}
