import type { StackInfo } from '@darkroom/console-api';

/** Options of the process of the stack. */
export interface StackRun {
  readonly workspace: string;
  readonly stack: string;
  readonly dataDir: string;
  /** Endpoint of AWS for the function and its event source mapping. */
  readonly functionEndpoint: string;
  /** Maximum number of execution environments. */
  readonly concurrency: number;
  /** Runs instead of the built handler. */
  readonly handlerFile?: string;
}

export type ToStack =
  | { readonly kind: 'run'; readonly run: StackRun }
  /** Kills one of the function's processes. `which` in [0, 1) selects it. */
  | { readonly kind: 'kill'; readonly which: number }
  | { readonly kind: 'pids' }
  | { readonly kind: 'stop' };

export type FromStack =
  | { readonly kind: 'ready'; readonly info: StackInfo; readonly recovered: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'killed'; readonly pid: number | null }
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
  /** A line of the function's log with an internal error. */
  | { readonly kind: 'problem'; readonly line: string };
