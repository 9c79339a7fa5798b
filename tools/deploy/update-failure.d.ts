import type { DeployErrorCode } from './deploy-error.ts';
/** Why an update stopped, for the person who deploys. */
export interface UpdateFailure {
    readonly code: DeployErrorCode;
    /** What to do before the next `npm run deploy`. */
    readonly remedy: string;
}
/** @param messages errors of the update */
export declare function updateFailure(messages: readonly string[]): UpdateFailure | undefined;
/** @returns errors in an event log of the CLI; nothing if the CLI wrote none */
export declare function errorsIn(eventLog: string): Promise<string[]>;
