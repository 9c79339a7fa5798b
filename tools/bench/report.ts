import type { Counts } from './aws/counts.ts';
import type { ContestantName, Job } from './jobs.ts';
import type { Measured } from './measured.ts';

/** A contestant on a job; medians of the rounds. */
export interface Row extends Measured {
  readonly contestant: ContestantName;
  /** CPU seconds divided by those of bare sharp in the same round. Left out if sharp is not a contestant. */
  readonly ratio?: number;
  /** For each upload; of the handlers only. */
  readonly requests?: Counts;
}

export interface JobResult extends Pick<Job, 'id' | 'title' | 'group'> {
  readonly uploads: number;
  /** Bytes of an upload, on average. */
  readonly uploadBytes: number;
  readonly rows: readonly Row[];
  readonly cannot: readonly { readonly contestant: ContestantName; readonly why: string }[];
}

/** Milliseconds from the start of a process, medians. */
export interface ColdStart {
  readonly phases: readonly {
    readonly name: string;
    readonly elapsed: number;
    readonly cpu: number;
  }[];
  /** The handler is ready, divided by importing sharp and the S3 client: the fastest of all starts. */
  readonly ratio: number;
  /** The same with CPU time, medians. */
  readonly cpuRatio: number;
  readonly starts: number;
}

export interface Burst {
  readonly messages: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Thumbnails per second of bare sharp in two processes. */
  readonly sharpPerSecond: number;
  /** Seconds from the message to the manifest, sorted, at the shares of `LATENCIES`. */
  readonly latency: Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number>>;
}

/** Sampled self time of a package. */
export interface ProfileRow {
  readonly name: string;
  readonly milliseconds: number;
  readonly share: number;
}

/** Of the whole function with one job, for each upload. */
export interface Profile {
  readonly title: string;
  /** Seconds, all threads. */
  readonly cpu: number;
  /** The main thread. */
  readonly rows: readonly ProfileRow[];
}

/** Where a run took place, and how busy the machine was. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  /** Average number of runnable threads in the last minute (`uptime`) before the run, and its highest value during the run. */
  readonly loadBefore: number;
  readonly loadHighest: number;
}

/** Everything that one run measured. The page and the plots are generated from it. */
export interface Report {
  readonly date: string;
  /** One round, one small photo, few passes. */
  readonly isQuick: boolean;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly sources: string;
  readonly rounds: number;
  readonly minutes: number;
  /** Rivals that were not measured, and why. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  readonly jobs: readonly JobResult[];
  /** Requests of the second of two equal messages. */
  readonly duplicate: Counts;
  readonly coldStart: ColdStart;
  readonly burst: Burst;
  readonly profiles: readonly Profile[];
  /** Figures of a quick run, by name, for `--check`. */
  readonly check?: Readonly<Record<string, number>>;
}

/** @throws Error if the report does not have it */
export function rowOf({ jobs }: Pick<Report, 'jobs'>, id: string, contestant: ContestantName): Row {
  const row = jobs.find((job) => job.id === id)?.rows.find((one) => one.contestant === contestant);
  if (!row) throw new Error(`${contestant} has no figures for ${id}`);
  return row;
}
