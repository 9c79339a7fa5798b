import { formatMessage } from '@darkroom/events';
import { expect } from 'vitest';
import { createExplainer } from '../dead-letters.ts';
import { type Redriven, type RedriveOptions, RedriveRun } from '../redrive.ts';
import { TestBuckets, settings } from './buckets.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeSqs } from './fake-sqs.ts';

export const bodyOf = (key: string) => formatMessage({ bucket: 'sources', key });

/** A queue, its dead-letter queue and the buckets, all in memory. */
export class Rig {
  readonly clock = new FakeClock();
  readonly sqs = new FakeSqs(this.clock);
  readonly buckets = new TestBuckets();

  addDeadLetter(key: string, errorCode?: string): string {
    return this.sqs.put('dead', bodyOf(key), errorCode === undefined ? {} : { errorCode });
  }

  addDeadLetters(count: number, errorCode = 'TRANSFORM_FAILED'): void {
    for (let index = 0; index < count; index++)
      this.addDeadLetter(`photos/${index}.jpg`, errorCode);
  }

  redrive(options: Partial<RedriveOptions> = {}): Promise<Redriven> {
    const explain = createExplainer(this.buckets.outputs, settings.recipes);
    const run = new RedriveRun(
      {
        sqs: this.sqs.client,
        deadLetterQueueUrl: 'dead',
        queueUrl: 'queue',
        filter: 'all',
        clock: this.clock,
        ...options,
      },
      explain,
    );
    return run.run();
  }

  get moved(): string[] {
    return this.sqs.bodies('queue');
  }

  /** Asserts that every message of the dead-letter queue is visible. */
  expectAllVisible(): void {
    expect(this.sqs.visible('dead')).toBe(this.sqs.bodies('dead').length);
  }
}
