import { MetricUnit, type Metrics } from '@aws-lambda-powertools/metrics';
import type { Logger } from '@aws-lambda-powertools/logger';
import { METRICS, type ReconcileOutcome, type PipelineError } from '@darkroom/pipeline';
import type { DeadLetter } from './dead-letter.ts';

/** Tells what became of each key: one log line, and one count under the code. Never bytes, never whole messages. */
export interface Report {
  outcome(key: string, outcome: ReconcileOutcome, milliseconds: number): void;
  /** An attempt that will be repeated, or was the last. */
  failure(key: string, error: PipelineError, milliseconds: number): void;
  deadLetter(letter: DeadLetter): void;
  /** Its message comes again instead. */
  deadLetterFailed(letter: DeadLetter, error: PipelineError): void;
  /** Failed messages come again after the queue's visibility timeout, and not when they should. */
  backOffFailed(problems: readonly Error[]): void;
  /** @param peakBytes the most that the process has held since it started */
  memory(peakBytes: number, limitMiB: number): void;
}

export function createReport(logger: Logger, metrics: Metrics): Report {
  const count = (name: string, times = 1) => metrics.addMetric(name, MetricUnit.Count, times);
  return {
    outcome(key, outcome, milliseconds) {
      const duration = Math.round(milliseconds);
      metrics.addMetric(METRICS.duration, MetricUnit.Milliseconds, duration);
      count(METRICS.failed, 0);
      switch (outcome.kind) {
        case 'done': {
          const { recipe, recipeHash, source, outputs } = outcome.manifest;
          count('DONE');
          count(METRICS.rejected, 0);
          count(METRICS.outputs, outputs.length);
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
          count(METRICS.rejected);
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
      count(METRICS.failed);
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
    backOffFailed(problems) {
      logger.warn('back-off not set', {
        messages: problems.length,
        reason: problems[0]?.message,
      });
    },
    memory(peakBytes, limitMiB) {
      const percent = (100 * peakBytes) / (limitMiB * 1024 * 1024);
      metrics.addMetric(METRICS.memoryUsed, MetricUnit.Percent, Math.round(percent));
    },
  };
}
