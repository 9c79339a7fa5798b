import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, type PipelineError, type ReconcileOutcome } from '@darkroom/pipeline';
import type { DeadLetter } from './dead-letter.ts';

/** Records the outcome of each key: one log line and one count under its code. It never records bytes or whole messages. */
export interface Telemetry {
  outcome(key: string, outcome: ReconcileOutcome, milliseconds: number): void;
  /** A failed attempt, with or without another one to follow. */
  failure(key: string, error: PipelineError, milliseconds: number): void;
  deadLetter(deadLetter: DeadLetter): void;
  /** The message is delivered again instead. */
  deadLetterFailed(deadLetter: DeadLetter, error: PipelineError): void;
  /** The event of a give-up is lost. Its message is in the dead-letter queue. */
  eventFailed(key: string, error: PipelineError): void;
  /** Failed messages come back after the queue's visibility timeout instead of their back-off. */
  backOffFailed(problems: readonly Error[]): void;
  /** @param peakBytes most memory that the process has used since its start */
  memory(peakBytes: number, limitMiB: number): void;
}

export function createTelemetry(logger: Logger, metrics: Metrics): Telemetry {
  const count = (name: string, times = 1) => metrics.addMetric(name, MetricUnit.Count, times);
  return {
    outcome(key, outcome, milliseconds) {
      const duration = Math.round(milliseconds);
      metrics.addMetric(METRICS.duration, MetricUnit.Milliseconds, duration);
      count(METRICS.failed, 0);
      switch (outcome.kind) {
        case 'done': {
          const { recipe, recipeHash, source, outputs, skipped } = outcome.manifest;
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
            ...(skipped && { skipped: skipped.map(({ variant, code }) => `${variant}: ${code}`) }),
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
    eventFailed(key, error) {
      logger.error('event not sent', { key, code: error.code, error });
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
