import { MetricUnit, type Metrics } from '@aws-lambda-powertools/metrics';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Outcome, PipelineError } from '@darkroom/pipeline';
import type { DeadLetter } from './dead-letter.ts';

/** Tells what became of each key: one log line, and one count under the code. Never bytes, never whole messages. */
export interface Report {
  outcome(key: string, outcome: Outcome, milliseconds: number): void;
  /** An attempt that will be repeated, or was the last. */
  failure(key: string, error: PipelineError, milliseconds: number): void;
  deadLetter(letter: DeadLetter): void;
  /** Its message comes again instead. */
  deadLetterFailed(letter: DeadLetter, error: PipelineError): void;
}

export function createReport(logger: Logger, metrics: Metrics): Report {
  const count = (name: string) => metrics.addMetric(name, MetricUnit.Count, 1);
  return {
    outcome(key, outcome, milliseconds) {
      const duration = Math.round(milliseconds);
      metrics.addMetric('Duration', MetricUnit.Milliseconds, duration);
      switch (outcome.kind) {
        case 'done': {
          const { recipe, recipeHash, source, outputs } = outcome.manifest;
          count('DONE');
          logger.info('done', {
            key,
            recipe,
            recipeHash,
            eTag: source.eTag,
            bytesIn: source.bytes,
            bytesOut: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
            outputs: outputs.length,
            duration,
          });
          break;
        }
        case 'rejected': {
          const { recipe, source, error } = outcome.manifest;
          count(error.code);
          logger.warn('rejected', {
            key,
            recipe,
            eTag: source.eTag,
            code: error.code,
            reason: error.message,
            duration,
          });
          break;
        }
        case 'acknowledged':
          count(outcome.code);
          logger.info('acknowledged', { key, code: outcome.code, duration });
      }
    },
    failure(key, error, milliseconds) {
      count(error.code);
      logger.error('attempt failed', {
        key,
        code: error.code,
        error,
        duration: Math.round(milliseconds),
      });
    },
    deadLetter({ error, sourceKey }) {
      count('DEAD_LETTER');
      logger.error('dead letter', { key: sourceKey, code: error.code, reason: error.message });
    },
    deadLetterFailed({ sourceKey }, error) {
      count(error.code);
      logger.error('dead letter not sent', { key: sourceKey, code: error.code, error });
    },
  };
}
