/**
 * S3 and SQS on one port of this machine: fauxqs 2.4.1, pinned, with our repairs around it.
 * `repairs.ts` lists them, one file each; a repair that a later fauxqs makes needless goes by
 * deleting its file and its line, the whole module by deleting this folder.
 */
export { DataDirectoryInUseError } from './data-directory.ts';
export { NOT_EMULATED, type NotEmulated } from './not-emulated.ts';
export {
  startEmbeddedAws,
  type EmbeddedAws,
  type EmbeddedAwsOptions,
} from './start-embedded-aws.ts';
