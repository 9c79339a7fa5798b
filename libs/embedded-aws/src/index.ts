/** S3 and SQS on one port of this machine: fauxqs 2.4.1, pinned, with the repairs of `repairs.ts`. */
export { DataDirectoryInUseError } from './data-directory.ts';
export type { EventEntry } from './emulator.ts';
export { NOT_EMULATED, type NotEmulated } from './not-emulated.ts';
export {
  startEmbeddedAws,
  type EmbeddedAws,
  type EmbeddedAwsOptions,
} from './start-embedded-aws.ts';
