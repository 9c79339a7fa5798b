/** `code: 'EDATADIRINUSE'`: another running process keeps its data in the same directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  readonly code = 'EDATADIRINUSE';

  constructor(dataDir: string, cause: unknown) {
    super(`The data directory ${dataDir} is in use by another running process.`, { cause });
  }
}
