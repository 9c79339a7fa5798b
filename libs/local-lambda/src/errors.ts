/** What was asked of the local Lambda contradicts itself; nothing was started. */
export class LambdaConfigurationError extends Error {
  readonly code = 'LAMBDA_CONFIGURATION';
  override readonly name = 'LambdaConfigurationError';
}
