import type { StackInfo } from '@darkroom/local/api';

/** What the process of the stack is asked to run. */
export interface StackRun {
  readonly workspace: string;
  readonly stack: string;
  readonly dataDir: string;
  /** Where the function and its event source mapping find their AWS. */
  readonly functionEndpoint: string;
  /** Most execution environments. */
  readonly concurrency: number;
  /** Runs instead of the handler that was built: `planted/`. */
  readonly handlerFile?: string;
}

export type ToStack =
  | { readonly kind: 'run'; readonly run: StackRun }
  /** Kills one of the function's processes; which, is a number in [0, 1). */
  | { readonly kind: 'kill'; readonly which: number }
  | { readonly kind: 'pids' }
  | { readonly kind: 'stop' };

export type FromStack =
  | { readonly kind: 'ready'; readonly info: StackInfo; readonly recovered: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'killed'; readonly pid: number | null }
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
  /** A line of the function that no attempt should write: it is printed. */
  | { readonly kind: 'problem'; readonly line: string };
