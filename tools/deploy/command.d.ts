/** A program to run, with what it is always given. */
export interface Command {
    readonly program: string;
    readonly args: readonly string[];
}
export interface Ended {
    readonly code: number | null;
    /** Empty if it went to the terminal. */
    readonly stdout: string;
    /** Warnings and errors. */
    readonly stderr: string;
}
export interface RunOptions {
    readonly cwd: string;
    /** The program asks or shows something. Its errors appear on the terminal and in `stderr`. */
    readonly onTerminal?: boolean;
    readonly environment?: Readonly<Record<string, string>>;
}
/** @returns code null where the program cannot be started, or was killed */
export declare function run({ program, args }: Command, more: readonly string[], { cwd, onTerminal, environment }: RunOptions): Promise<Ended>;
