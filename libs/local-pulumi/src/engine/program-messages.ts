import type { Method } from './messages.ts';

/** What the worker is told at its start. */
export interface ProgramData {
  /** Absolute path of the program's module. */
  readonly entry: string;
  readonly project: string;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
}

/** An error that crossed the thread border. */
export interface ProgramError {
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Worker to host. `call` is answered with a `ProgramReply`. */
export type ProgramMessage =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: Method;
      readonly bytes: Uint8Array;
    }
  /** The program has ended, and all of its calls were answered. */
  | { readonly kind: 'done'; readonly error?: ProgramError | undefined };

/** Host to worker: the response's bytes, or why there are none. */
export type ProgramReply =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly error: string };
