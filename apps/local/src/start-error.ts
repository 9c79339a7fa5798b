import { DataDirectoryInUseError } from '@darkroom/embedded-aws';
import { LambdaConfigurationError } from '@darkroom/local-lambda';
import { DeploymentError } from '@darkroom/local-pulumi';
import { SettingsError, SideFileError } from '@darkroom/pipeline';
import { lastConsoleUrl } from './env-file.ts';
import { PortTakenError } from './local-stack.ts';
import { OptionsError, type LocalOptions } from './options.ts';

/** Errors whose message already names the cause and the fix. */
const EXPECTED = [
  DeploymentError,
  LambdaConfigurationError,
  OptionsError,
  SettingsError,
  SideFileError,
];

/** Primary result codes of SQLite (sqlite.org, "Result and Error Codes"). */
const SQLITE = { READONLY: 8, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 };

/** How long another program may take to answer, milliseconds. */
const ANSWER_TIMEOUT_MS = 1_000;

/**
 * Describes why the local stack cannot start, with the remedy.
 *
 * @param options undefined if the options themselves are invalid
 * @returns undefined for an unexpected error, which is a defect
 */
export async function describeStartError(
  error: unknown,
  options: LocalOptions | undefined,
): Promise<string | undefined> {
  if (!(error instanceof Error)) return undefined;
  if (EXPECTED.some((expected) => error instanceof expected)) return error.message;
  if (options === undefined) return undefined;
  const { dataDir } = options;
  if (error instanceof DataDirectoryInUseError) {
    const url = await lastConsoleUrl(dataDir);
    return url === undefined ? error.message : `${error.message} Its console is ${url}`;
  }
  if (error instanceof PortTakenError) {
    const running = await stackAt(`http://127.0.0.1:${options.port}`);
    return running === undefined
      ? error.message
      : `Darkroom already runs at http://127.0.0.1:${options.port} (${running}): stop it, or choose other ports with DARKROOM_PORT and DARKROOM_AWS_PORT, and another DARKROOM_DATA_DIR`;
  }
  const choose = 'or choose another directory with DARKROOM_DATA_DIR';
  const { code, errcode, syscall } = error as NodeJS.ErrnoException & { errcode?: number };
  const sqlite = typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (code === 'ENOSPC' || sqlite === SQLITE.FULL)
    return `The disk of the data directory ${dataDir} is full: free space, ${choose}`;
  if (sqlite === SQLITE.CORRUPT || sqlite === SQLITE.NOTADB)
    return `The database in the data directory ${dataDir} is damaged: remove the directory to start with empty buckets, ${choose}`;
  if (
    ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(String(code)) ||
    // `/proc` and similar file systems: the parent exists, and no directory can be created in it.
    (code === 'ENOENT' && syscall === 'mkdir') ||
    sqlite === SQLITE.READONLY ||
    sqlite === SQLITE.CANTOPEN
  )
    return `Cannot write to the data directory ${dataDir} (${error.message}): make it writable, ${choose}`;
  return undefined;
}

/** The name of the stack that a Darkroom at this URL runs; undefined if another program answers. */
async function stackAt(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/stack`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { stack, status } = (await response.json()) as { stack?: unknown; status?: unknown };
    if (typeof stack === 'string') return `stack ${stack}`;
    return status === 'starting' ? 'starting' : undefined;
  } catch {
    return undefined;
  }
}
