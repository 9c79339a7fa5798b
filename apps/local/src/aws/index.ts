export { DataDirectoryInUseError } from './errors.ts';
export { NOT_EMULATED, type NotEmulated } from './not-emulated.ts';
export {
  startEmbeddedAws,
  type EmbeddedAws,
  type EmbeddedAwsOptions,
} from './start-embedded-aws.ts';
