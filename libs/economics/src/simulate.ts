import { setImmediate } from 'node:timers/promises';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import TinyQueue from 'tinyqueue';
import { arrivalsOf, type ArrivalPhase } from './arrivals.ts';
import { AWS_LIMITS } from './aws-limits.ts';
import { MessageQueue, type Messages } from './message-queue.ts';
import { Timeline, type TimelinePoint } from './timeline.ts';
import { MESSAGES_PER_REQUEST } from './upload-cost.ts';

/** Uniform in [0, 1). */
export type Random = () => number;

/** A model of one standard queue, its event source mapping and its function. Times are seconds. */
export interface SimulationInput {
  /** In the order of their start. At most `MAX_UPLOADS` uploads in all. */
  readonly arrivals: readonly ArrivalPhase[];
  /** `even`: equal gaps. `random`: a Poisson process with the phase's number of uploads. */
  readonly spacing: 'even' | 'random';
  /** Seconds of one attempt at one message, for example a random one of the measured service times. */
  readonly serviceSeconds: (random: Random) => number;
  readonly queue: {
    readonly batchSize: number;
    readonly batchWindow: number;
    /** Default: the maximum of an event source mapping, `AWS_LIMITS.maximumConcurrency`. */
    readonly maximumConcurrency?: number | undefined;
    readonly visibilityTimeout: number;
    readonly maxReceiveCount: number;
  };
  readonly function: {
    /** MiB. */
    readonly memory: number;
    /** Messages of one call that the function processes at once. */
    readonly imagesAtOnce: number;
    /** A call ends after this time; unfinished messages return to the queue. */
    readonly callSeconds: number;
    /** Most calls at once. Default: the account's quota, `AWS_LIMITS.accountConcurrency`. */
    readonly concurrency?: number | undefined;
    /** Additional time of the first call in an execution environment. */
    readonly coldStartSeconds: number;
  };
  readonly failures: {
    /** Share of attempts at a message that fail, 0 to 1. The message alone returns to the queue. */
    readonly attempts: number;
    /** Share of calls that crash, 0 to 1. All messages of the batch return to the queue. */
    readonly calls: number;
    /** Seconds until a failed message is visible again. A crash waits for the visibility timeout instead. */
    readonly backOff: (attempt: number, random: Random) => number;
  };
  /** The same seed gives the same result. */
  readonly seed: number;
}

export interface LatencyFigures {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Simulation {
  readonly uploads: number;
  readonly succeeded: number;
  readonly deadLetters: number;
  /** From the first arrival to the end of the last call. */
  readonly seconds: number;
  /** From the arrival of a message to the end of its successful attempt. */
  readonly latency: LatencyFigures;
  /** Visible messages. */
  readonly backlog: { readonly mean: number; readonly max: number };
  /** Age of the oldest visible message that was received. */
  readonly oldestSeconds: number;
  readonly calls: number;
  readonly coldStarts: number;
  /** Batches that waited because the function's concurrency was used up. */
  readonly throttledBatches: number;
  readonly attempts: number;
  readonly maxConcurrency: number;
  /** Of all calls, cold starts included. */
  readonly gbSeconds: number;
  /** Messages are sent by S3; batches are received and deleted; failed messages change their visibility. */
  readonly sqsRequests: number;
  /** At most `TIMELINE_POINTS` points. */
  readonly timeline: readonly TimelinePoint[];
}

/** Of one simulation. */
export const MAX_UPLOADS = 20_000_000;

/** Microseconds: the histogram takes whole numbers. */
const PER_SECOND = 1e6;

interface Call {
  readonly received: number;
  readonly batch: Messages[];
  size: number;
}

type Event = { readonly at: number; readonly run: () => void };

/** Between two steps, the process does other work. */
const EVENTS_PER_STEP = 10_000;

/**
 * @throws RangeError for too many uploads
 * @throws the reason of the signal when it is aborted
 */
export async function simulate(input: SimulationInput, signal?: AbortSignal): Promise<Simulation> {
  const steps = new Model(input).run();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await setImmediate();
    signal?.throwIfAborted();
  }
}

class Model {
  readonly #input: SimulationInput;
  readonly #random: Random;
  readonly #events = new TinyQueue<Event>([], (a, b) => a.at - b.at);
  readonly #visible = new MessageQueue();
  readonly #timeline = new Timeline();
  readonly #latencies: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: 1e13,
    figures: 3,
  });
  readonly #throttled: Call[] = [];
  readonly #slots: Float64Array;
  readonly #maxPollers: number;
  readonly #maxCalls: number;

  #eventsRun = 0;
  #now = 0;
  #inFlight = 0;
  /** Batches that the event source mapping may hold at once, and those that it holds. */
  #pollers: number;
  #busy = 0;
  #running = 0;
  #warm = 0;
  #growing = false;
  #window: object | undefined;
  #windowOver = false;
  /** When messages last waited for a free poller. */
  #lastWaited = 0;

  #succeeded = 0;
  #dead = 0;
  #attempts = 0;
  #calls = 0;
  #coldStarts = 0;
  #throttledBatches = 0;
  #maxRunning = 0;
  #maxBacklog = 0;
  #oldest = 0;
  #latencySum = 0;
  #latencyMax = 0;
  #backlogSeconds = 0;
  #idlePollerSeconds = 0;
  #gbSeconds = 0;
  #requests = 0;
  #end = 0;

  constructor(input: SimulationInput) {
    this.#input = input;
    const generator = xoroshiro128plus(input.seed);
    this.#random = () => uniformFloat64(generator);
    const { maximumConcurrency, scaling, accountConcurrency } = AWS_LIMITS;
    this.#maxPollers = input.queue.maximumConcurrency ?? maximumConcurrency.value;
    this.#maxCalls = input.function.concurrency ?? accountConcurrency.value;
    this.#pollers = Math.min(scaling.value.first, this.#maxPollers);
    this.#slots = new Float64Array(input.function.imagesAtOnce);
  }

  /** Yields after each step. */
  *run(): Generator<undefined, Simulation> {
    const { arrivals, spacing } = this.#input;
    const uploads = arrivals.reduce((sum, phase) => sum + phase.uploads, 0);
    if (uploads > MAX_UPLOADS)
      throw new RangeError(`${uploads} uploads are too many: at most ${MAX_UPLOADS}`);
    const start = arrivals[0]?.from ?? 0;
    this.#now = start;
    this.#lastWaited = start;
    let lastChange = start;
    for (const { at, count } of arrivalsOf(arrivals, spacing, this.#random)) {
      yield* this.#runEvents(at);
      this.#advance(at);
      this.#visible.push({ arrived: at, attempts: 0, count });
      lastChange = at;
      this.#dispatch();
    }
    yield* this.#runEvents(Infinity);
    const end = Math.max(this.#end, lastChange);
    const duration = end - start;
    return {
      uploads,
      succeeded: this.#succeeded,
      deadLetters: this.#dead,
      seconds: duration,
      latency: this.#latency(),
      backlog: { mean: this.#backlogSeconds / Math.max(duration, 1e-9), max: this.#maxBacklog },
      oldestSeconds: this.#oldest,
      calls: this.#calls,
      coldStarts: this.#coldStarts,
      throttledBatches: this.#throttledBatches,
      attempts: this.#attempts,
      maxConcurrency: this.#maxRunning,
      gbSeconds: this.#gbSeconds,
      sqsRequests: Math.round(
        uploads + this.#requests + this.#idlePollerSeconds / AWS_LIMITS.longPoll.value,
      ),
      timeline: this.#timeline.finish(end, this.#state()),
    };
  }

  #latency(): LatencyFigures {
    const at = (percent: number) => this.#latencies.percentile(percent) / PER_SECOND;
    if (this.#succeeded === 0) return { mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 };
    return {
      mean: this.#latencySum / this.#succeeded,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      max: this.#latencyMax,
    };
  }

  *#runEvents(until: number): Generator<undefined, void> {
    for (let next = this.#events.peek(); next && next.at <= until; next = this.#events.peek()) {
      // The rest are timers of calls that have ended.
      if (until === Infinity && this.#visible.size + this.#inFlight === 0) return;
      if (++this.#eventsRun % EVENTS_PER_STEP === 0) yield;
      this.#events.pop();
      this.#advance(next.at);
      next.run();
      // Messages that become visible at the same time can share a batch.
      if (this.#events.peek()?.at !== this.#now) this.#dispatch();
    }
  }

  #after(seconds: number, run: () => void): void {
    this.#events.push({ at: this.#now + seconds, run });
  }

  #advance(to: number): void {
    const seconds = to - this.#now;
    if (seconds > 0) {
      // After the last message, the pollers' long polls are not part of the run.
      if (this.#visible.size + this.#inFlight > 0)
        this.#idlePollerSeconds += Math.max(0, this.#pollers - this.#busy) * seconds;
      this.#backlogSeconds += this.#visible.size * seconds;
      this.#timeline.advance(to, this.#state());
    }
    this.#now = to;
  }

  #state() {
    return { backlog: this.#visible.size, concurrency: this.#running, succeeded: this.#succeeded };
  }

  /** Receives batches while messages are visible and pollers are free. */
  #dispatch(): void {
    const { batchSize, batchWindow } = this.#input.queue;
    this.#maxBacklog = Math.max(this.#maxBacklog, this.#visible.size);
    if (this.#visible.size > 0) this.#scaleDown();
    while (this.#visible.size > 0 && this.#busy < this.#pollers) {
      if (this.#visible.size < batchSize && batchWindow > 0 && !this.#windowOver) {
        this.#openWindow(batchWindow);
        return;
      }
      if (this.#inFlight + batchSize > AWS_LIMITS.inFlight.value) return;
      this.#window = undefined;
      this.#windowOver = false;
      this.#receive(batchSize);
    }
    if (this.#visible.size === 0) return;
    this.#lastWaited = this.#now;
    this.#scaleUp();
  }

  #openWindow(seconds: number): void {
    if (this.#window) return;
    const window = {};
    this.#window = window;
    this.#after(seconds, () => {
      if (this.#window !== window) return;
      this.#window = undefined;
      this.#windowOver = true;
    });
  }

  /** Adds a poller at AWS's rate while messages wait and no batch is throttled. */
  #scaleUp(): void {
    if (this.#growing || this.#pollers >= this.#maxPollers || this.#throttled.length > 0) return;
    this.#growing = true;
    this.#after(60 / AWS_LIMITS.scaling.value.perMinute, () => {
      this.#growing = false;
      if (this.#visible.size > 0 && this.#throttled.length === 0)
        this.#pollers = Math.min(this.#pollers + 1, this.#maxPollers);
    });
  }

  /** AWS does not publish when it scales down; the model does so after one minute without a waiting message. */
  #scaleDown(): void {
    if (this.#now - this.#lastWaited < 60) return;
    const first = Math.min(AWS_LIMITS.scaling.value.first, this.#maxPollers);
    this.#pollers = Math.max(first, this.#busy);
    this.#lastWaited = this.#now;
  }

  #receive(most: number): void {
    const { maxReceiveCount, visibilityTimeout } = this.#input.queue;
    const batch: Messages[] = [];
    let size = 0;
    while (size < most && this.#visible.size > 0) {
      const messages = this.#visible.take(most - size);
      this.#oldest = Math.max(this.#oldest, this.#now - messages.arrived);
      if (messages.attempts >= maxReceiveCount) {
        this.#dead += messages.count;
        continue;
      }
      batch.push({ ...messages, attempts: messages.attempts + 1 });
      size += messages.count;
    }
    if (size === 0) return;
    this.#busy++;
    this.#inFlight += size;
    this.#requests += Math.ceil(size / MESSAGES_PER_REQUEST);
    const call: Call = { received: this.#now, batch, size };
    if (this.#running < this.#maxCalls) {
      this.#start(call);
      return;
    }
    this.#throttledBatches++;
    this.#throttled.push(call);
    this.#after(visibilityTimeout, () => this.#expire(call));
  }

  /** A throttled batch whose visibility timeout is over returns to the queue. */
  #expire(call: Call): void {
    const index = this.#throttled.indexOf(call);
    if (index < 0) return;
    this.#throttled.splice(index, 1);
    this.#busy--;
    this.#return(call.batch);
  }

  #return(batch: readonly Messages[]): void {
    for (const messages of batch) {
      this.#inFlight -= messages.count;
      this.#visible.push(messages);
    }
  }

  #start({ batch, size }: Call): void {
    const { failures, function: lambda, queue, serviceSeconds } = this.#input;
    this.#calls++;
    this.#running++;
    this.#maxRunning = Math.max(this.#maxRunning, this.#running);
    let cold = 0;
    if (this.#running > this.#warm) {
      this.#warm = this.#running;
      this.#coldStarts++;
      cold = lambda.coldStartSeconds;
    }
    this.#attempts += size;
    const started = this.#now + cold;
    const deadline = lambda.callSeconds;
    const crashes = failures.calls > 0 && this.#random() < failures.calls;
    this.#slots.fill(0);
    let longest = 0;
    let finished = 0;
    const failed: Messages[] = [];
    for (const { arrived, attempts, count } of batch)
      for (let index = 0; index < count; index++) {
        const slot = earliest(this.#slots);
        const end = (this.#slots[slot] ?? 0) + serviceSeconds(this.#random);
        this.#slots[slot] = Math.min(end, deadline);
        longest = Math.max(longest, Math.min(end, deadline));
        const fails =
          crashes ||
          end > deadline ||
          (failures.attempts > 0 && this.#random() < failures.attempts);
        if (fails) failed.push({ arrived, attempts, count: 1 });
        else {
          finished++;
          this.#record(started + end - arrived);
        }
      }
    this.#succeeded += finished;
    const seconds = Math.ceil((cold + longest) * 1000 - 1e-6) / 1000;
    this.#gbSeconds += (seconds * lambda.memory) / 1024;
    const received = this.#now;
    this.#after(cold + longest, () => {
      this.#running--;
      this.#busy--;
      this.#inFlight -= finished;
      this.#end = Math.max(this.#end, this.#now);
      if (finished > 0) this.#requests += Math.ceil(finished / MESSAGES_PER_REQUEST);
      for (const messages of failed) {
        const wait = crashes
          ? Math.max(0, received + queue.visibilityTimeout - this.#now)
          : failures.backOff(messages.attempts, this.#random);
        this.#after(wait, () => this.#return([messages]));
      }
      if (failed.length > 0 && !crashes)
        this.#requests += Math.ceil(failed.length / MESSAGES_PER_REQUEST);
      const next = this.#throttled.shift();
      if (next) this.#start(next);
    });
  }

  #record(latency: number): void {
    this.#latencySum += latency;
    this.#latencyMax = Math.max(this.#latencyMax, latency);
    this.#latencies.record(Math.max(1, Math.round(latency * PER_SECOND)));
  }
}

function earliest(slots: Float64Array): number {
  let best = 0;
  for (let index = 1; index < slots.length; index++)
    if ((slots[index] ?? 0) < (slots[best] ?? 0)) best = index;
  return best;
}
