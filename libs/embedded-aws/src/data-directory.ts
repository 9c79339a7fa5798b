import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { PersistenceManager, type Persistence } from './fauxqs.ts';

/**
 * Opens the database of a data directory for this process alone, and creates it if needed. All
 * metadata is in memory too: two processes on one directory would overwrite each other. SQLite
 * releases the lock when the process ends, even if it is killed.
 *
 * @throws DataDirectoryInUseError
 */
export function openDataDirectory(dataDir: string): Persistence {
  createDirectory(path.resolve(dataDir));
  try {
    const persistence = new PersistenceManager(dataDir);
    persistence.db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    repairTransactions(persistence);
    repairMessageReady(persistence);
    return persistence;
  } catch (error) {
    if (isLocked(error)) throw new DataDirectoryInUseError(dataDir, error);
    throw error;
  }
}

/** Creates parents itself: Node's recursive `mkdir` loops without end if `mkdir` reports ENOENT, as in `/proc`. */
function createDirectory(directory: string): void {
  if (existsSync(directory)) return;
  createDirectory(path.dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(directory)) throw error;
  }
}

/**
 * Upstream: BEGIN inside a transaction fails, and completing a multipart upload begins its own. On
 * a full disk SQLite rolls back by itself: then ROLLBACK fails, and hides why.
 */
function repairTransactions(persistence: Persistence): void {
  const { db } = persistence;
  persistence.transaction = (work) => {
    if (db.isTransaction) return work();
    db.exec('BEGIN');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
}

/**
 * Upstream: ChangeMessageVisibility 0 sets the receive count to NULL, which the table forbids:
 * the answer is 500, and the message disappears until the next start.
 */
function repairMessageReady(persistence: Persistence): void {
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void ready.run(messageId);
}

/** SQLite's primary result codes: the low byte of an extended one. */
const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;

function isLocked(error: unknown): boolean {
  return resultCode(error) === SQLITE_BUSY;
}

/** Whether a write failed because the disk is full, a quota is reached, or the disk is broken. */
export function isStorageFailure(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_FULL || code === SQLITE_IOERR;
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** `code: 'EDATADIRINUSE'`: another running process keeps its data in the same directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  readonly code = 'EDATADIRINUSE';

  constructor(dataDir: string, cause: unknown) {
    super(`The data directory ${dataDir} is in use by another running process.`, { cause });
  }
}
