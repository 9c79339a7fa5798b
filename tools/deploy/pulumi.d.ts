import * as z from 'zod';
import { type Command } from './command.ts';
/** A Pulumi CLI that answers. */
export interface PulumiCli {
    readonly command: Command;
    readonly version: string;
    /** Who is logged in, and so where the state is kept. */
    readonly user: string;
}
/**
 * The CLI that is installed, or else the one that the npm package `pulumi` fetches at its first use.
 * @throws DeployError `PULUMI_MISSING` or `PULUMI_LOGIN`
 */
export declare function findPulumi(workspace: string): Promise<PulumiCli>;
/** Where the rules are that every stack keeps. */
export declare const POLICIES = "apps/policy";
/** One stack, by the CLI. */
export interface Target {
    readonly workspace: string;
    readonly stack: string;
    readonly pulumi: PulumiCli;
}
/** @returns what it prints. @throws DeployError `PULUMI_FAILED` */
export declare function pulumiAnswer(target: Target, ...args: readonly string[]): Promise<string>;
/** Previews the changes and checks the rules. Creates the stack if it does not exist. @throws DeployError */
export declare function preview(target: Target): Promise<void>;
declare const outputsSchema: z.ZodObject<{
    sourceBucket: z.ZodString;
    processedBucket: z.ZodString;
    queueUrl: z.ZodString;
    deadLetterQueueUrl: z.ZodString;
    functionName: z.ZodString;
    dashboardUrl: z.ZodString;
    alarmTopicArn: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
/** As docs/contract.md names them. */
export type Outputs = z.output<typeof outputsSchema>;
/**
 * Deploys what the preview showed; rules judge now what it could not know.
 *
 * @throws DeployError that names the remedy. What the update has created stays in Pulumi's state, and a repeated
 *   deployment continues there.
 */
export declare function update(target: Target): Promise<Outputs>;
export {};
