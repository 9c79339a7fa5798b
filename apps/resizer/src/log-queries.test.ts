import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { LOG_QUERIES, PipelineError, reconcile, type LogQuery } from '@darkroom/pipeline';
import { KEY, letters } from '@darkroom/pipeline/testing';
import type { Context } from 'aws-lambda';
import { beforeAll, expect, test } from 'vitest';
import { createTelemetry } from './telemetry.ts';
import { captureOutput } from './testing/captured-output.ts';

const lambda = {
  functionName: 'photos',
  memoryLimitInMB: '1769',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:photos',
  awsRequestId: 'request-1',
} as Context;

let lines: readonly Readonly<Record<string, unknown>>[] = [];
let fields: ReadonlySet<string> = new Set();

/** One line of every kind, as the handler writes them. */
beforeAll(async () => {
  const logger = new Logger({ serviceName: 'darkroom', logLevel: 'INFO' });
  logger.addContext(lambda);
  const report = createTelemetry(logger, new Metrics({ namespace: 'Darkroom' }));
  const error = new PipelineError('THROTTLED', 'SlowDown');
  const output = await captureOutput(async () => {
    for (const letter of ['A', 'R']) {
      const bucket = letters();
      bucket.source.place(KEY, letter);
      report.outcome(KEY, await reconcile(KEY, bucket), 1);
    }
    report.outcome(KEY, { kind: 'acknowledged', code: 'UP_TO_DATE' }, 1);
    report.failure(KEY, error, 1);
    report.deadLetter({ body: '', error, sourceKey: KEY });
    report.deadLetterFailed({ body: '', error, sourceKey: KEY }, error);
  });
  lines = output;
  fields = new Set(output.flatMap((line) => fieldsOf(line)));
});

/** As Logs Insights finds them: those of inner maps by their path. */
function fieldsOf(line: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(line).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? fieldsOf(value as Record<string, unknown>, `${prefix}${name}.`)
      : [prefix + name],
  );
}

/** Every field that a query names; those that Logs Insights adds itself begin with `@`. */
function namedIn({ text }: LogQuery): string[] {
  return text.split('\n| ').flatMap((command) => {
    const [, verb = '', rest = ''] = /^(\w+) (.+)$/s.exec(command) ?? [];
    if (verb === 'fields') return rest.split(', ');
    if (verb === 'filter' || verb === 'sort') return rest.split(' ').slice(0, 1);
    return [];
  });
}

test.each(Object.values(LOG_QUERIES))(
  'the query "$name" asks for fields that are logged',
  (query) => {
    const named = namedIn(query).filter((field) => !field.startsWith('@'));
    expect(named.length).toBeGreaterThan(2);
    for (const field of named) expect([...fields]).toContain(field);
  },
);

test.each(Object.values(LOG_QUERIES))(
  'the query "$name" asks for messages that are logged',
  (query) => {
    const [filter = ''] = query.text.split('\n');
    if (!filter.startsWith('filter message')) return;
    const asked = [...filter.matchAll(/"(?<message>[^"]+)"/g)].map(
      ({ groups }) => groups?.['message'],
    );
    expect(asked.length).toBeGreaterThan(0);
    const logged = lines.map(({ message }) => message);
    for (const message of asked) expect(logged).toContain(message);
  },
);
