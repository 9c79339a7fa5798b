import { runInNewContext } from 'node:vm';
import { LOG_QUERIES } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { observe, settingsWith } from '../testing/observed.ts';
import { REGION } from '../testing/provider.ts';
import { alarmTable } from './alarm-table.ts';
import { dashboardBody, type DashboardNames, type Widget } from './dashboard-body.ts';

const names: DashboardNames = {
  pipeline: 'photos',
  region: REGION,
  queue: 'queue',
  deadLetters: 'dead-letters',
  functionName: 'resizer',
  rules: [],
  logGroup: '/logs',
  alarms: ['arn:alarm'],
  queryFolder: 'darkroom/test/photos',
};
const { widgets } = dashboardBody(settingsWith(), names);
const graphs = widgets.filter(({ type }) => type === 'metric');
const texts = widgets
  .filter(({ type }) => type === 'text')
  .map(({ x, properties }) => ({ x, markdown: properties['markdown'] as string }));

type MetricLine = readonly (string | { readonly expression?: string; readonly id?: string })[];
const linesOf = (graph: Widget) => graph.properties['metrics'] as MetricLine[];

describe('the layout', () => {
  test('goes from left to right as an upload does', () => {
    const columns = texts.filter(({ markdown }) => markdown.startsWith('## '));
    expect(columns.map(({ markdown }) => markdown.split('\n')[0])).toEqual([
      '## 1 Uploads',
      '## 2 Queue',
      '## 3 Function',
      '## 4 Outputs',
      '## 5 Rejects',
      '## 6 Cost',
    ]);
    const places = columns.map(({ x }) => x);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const { x, markdown } of columns) expect(markdown.length, `${x}`).toBeGreaterThan(20);
  });

  test('fits CloudWatch’s grid, and nothing lies on anything else', () => {
    const cells = new Set<string>();
    for (const { x, y, width, height } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++)
        for (let row = y; row < y + height; row++) {
          const cell = `${column},${row}`;
          expect(cells).not.toContain(cell);
          cells.add(cell);
        }
    }
  });
});

test('every graph shows metrics of this pipeline, and its expressions name what is in it', () => {
  expect(graphs).toHaveLength(12);
  for (const graph of graphs) {
    const lines = linesOf(graph);
    const ids = lines.flatMap((line) => {
      const last = line.at(-1);
      return typeof last === 'object' && last.id !== undefined ? [last.id] : [];
    });
    for (const line of lines) {
      const [first] = line;
      if (typeof first === 'string') {
        expect(['AWS/SQS', 'AWS/Lambda', 'Darkroom']).toContain(first);
        expect(['queue', 'dead-letters', 'resizer']).toContain(line.at(-2));
      } else
        for (const name of first?.expression?.match(/[a-zA-Z]+/g) ?? [])
          expect(ids).toContain(name);
    }
  }
});

describe('cost', () => {
  const cost = (rest: Parameters<typeof settingsWith>[0]) => {
    const body = dashboardBody(settingsWith(rest), names);
    const graph = body.widgets.find(
      ({ properties }) => properties['title'] === 'US dollars an hour',
    );
    if (!graph) throw new Error('there is a graph of the cost');
    const values = {
      callTime: 3_600_000,
      calls: 1000,
      outputs: 4000,
      decided: 1000,
    };
    // The arithmetic of metric math is that of JavaScript here.
    return linesOf(graph).flatMap((line) => {
      const [first] = line;
      if (typeof first !== 'object' || first.expression === undefined) return [];
      return [Number(runInNewContext(first.expression, { ...values }))];
    });
  };

  test('is that of the computing, the calls and the writes of an hour', () => {
    const [computing, calls, writes] = cost({ function: { memory: 2048 } });
    // An hour of calls at 2 GB, a thousand calls, five thousand objects.
    expect(computing).toBeCloseTo(3600 * 2 * 0.0000133334, 6);
    expect(calls).toBeCloseTo(0.0002, 8);
    expect(writes).toBeCloseTo(0.025, 8);
  });

  test('goes by the prices of the settings, which the page names', () => {
    const costs = { gbSecond: 0.00002, millionCalls: 1, thousandWrites: 0.01 };
    expect(cost({ costs, function: { memory: 1024 } })).toEqual([
      expect.closeTo(0.072, 6),
      expect.closeTo(0.001, 8),
      expect.closeTo(0.05, 8),
    ]);
    const body = dashboardBody(settingsWith({ costs }), names);
    expect(JSON.stringify(body)).toContain(
      'At 0.00002 USD a GB-second, 1 a million calls, 0.01 a thousand writes.',
    );
  });
});

describe('deployed', async () => {
  const runbookUrl = 'https://wiki.example.org/runbook';
  const deployment = await observe(settingsWith({ alarms: { runbookUrl } }));
  const { inputs } = deployment.resource('photos-dashboard');
  const body = JSON.parse(inputs['dashboardBody'] as string) as { widgets: Widget[] };

  test('shows the state of every alarm', () => {
    const shown = body.widgets.find(({ type }) => type === 'alarm')?.properties['alarms'];
    expect(shown).toEqual(
      alarmTable(settingsWith()).map(({ name }): unknown =>
        expect.stringMatching(new RegExp(`:alarm:darkroom-test-photos-${name}-0a1b2c3$`)),
      ),
    );
  });

  test('has links to the runbook and to the saved queries, and lists of what went wrong', () => {
    const header = String(body.widgets[0]?.properties['markdown']);
    expect(header).toContain('[Runbook](https://wiki.example.org/runbook)');
    expect(header).toContain('`darkroom/test/photos`: rejected uploads, slowest uploads');
    const lists = body.widgets.filter(({ type }) => type === 'log');
    expect(lists.map(({ properties }) => properties['query'])).toEqual([
      `SOURCE 'photos-logs-0a1b2c3' | ${LOG_QUERIES.rejected.text}`,
      `SOURCE 'photos-logs-0a1b2c3' | ${LOG_QUERIES.failed.text}`,
    ]);
  });

  test('names the file where the runbook is not published', () => {
    expect(texts[0]?.markdown).toContain('Runbook: `docs/runbook.md`');
  });

  test('comes with the queries, saved in a folder of the stack', () => {
    const queries = deployment.ofType('aws:cloudwatch/queryDefinition:QueryDefinition');
    expect(queries.map(({ inputs: query }) => query['name'])).toEqual([
      'darkroom/test/photos/rejected uploads',
      'darkroom/test/photos/slowest uploads',
      "darkroom/test/photos/one key's story",
      'darkroom/test/photos/failed attempts',
    ]);
    for (const { inputs: query } of queries)
      expect(query['logGroupNames']).toEqual(['photos-logs-0a1b2c3']);
  });
});
