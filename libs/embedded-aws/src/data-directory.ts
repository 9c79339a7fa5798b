import { PersistenceManager, type Persistence } from './fauxqs.ts';

/**
 * Opens the database of a data directory, made if it is not there, for this process alone: all
 * metadata is kept in memory too, so two processes on one directory would overwrite each other.
 * SQLite drops the lock with the process, however that ends.
 *
 * @throws DataDirectoryInUseError
 */
export function openDataDirectory(dataDir: string): Persistence {
  try {
    const persistence = new PersistenceManager(dataDir);
    persistence.db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    repairNestedTransactions(persistence);
    repairMessageReady(persistence);
    return persistence;
  } catch (error) {
    if (isLocked(error)) throw new DataDirectoryInUseError(dataDir, error);
    throw error;
  }
}

/** Upstream: BEGIN inside a transaction fails, and completing a multipart upload begins its own. */
function repairNestedTransactions(persistence: Persistence): void {
  const begin = persistence.transaction.bind(persistence);
  let open = false;
  persistence.transaction = (work) => {
    if (open) return work();
    open = true;
    try {
      begin(work);
    } finally {
      open = false;
    }
  };
}

/**
 * Upstream: ChangeMessageVisibility 0 sets the receive count to NULL, which the table forbids:
 * the answer is 500 and the message is gone until the next start.
 */
function repairMessageReady(persistence: Persistence): void {
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void ready.run(messageId);
}

/** SQLite result code SQLITE_BUSY. */
const SQLITE_BUSY = 5;

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/** `code: 'EDATADIRINUSE'`: another running process keeps its data in the same directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  readonly code = 'EDATADIRINUSE';

  constructor(dataDir: string, cause: unknown) {
    super(`The data directory ${dataDir} is in use by another running process.`, { cause });
  }
}
