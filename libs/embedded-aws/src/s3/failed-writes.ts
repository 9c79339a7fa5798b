import type { Emulator } from '../emulator.ts';

/**
 * Upstream: memory changes before the database, so a write that fails, as on a full disk, is
 * visible until the next start. `notifications.ts` undoes changes of objects, this file the rest.
 */
export function failedWrites({ s3 }: Emulator): void {
  const createBucket = s3.createBucket.bind(s3);
  s3.createBucket = (name, ...rest) =>
    orUndo([restoreEntry(s3.buckets, name)], () => createBucket(name, ...rest));

  const deleteBucket = s3.deleteBucket.bind(s3);
  s3.deleteBucket = (name) => orUndo([restoreEntry(s3.buckets, name)], () => deleteBucket(name));

  const uploadPart = s3.uploadPart.bind(s3);
  s3.uploadPart = (uploadId, partNumber, ...rest) => {
    const parts = s3.multipartUploads.get(uploadId)?.parts;
    const undo = parts === undefined ? [] : [restoreEntry(parts, partNumber)];
    return orUndo(undo, () => uploadPart(uploadId, partNumber, ...rest));
  };

  const abort = s3.abortMultipartUpload.bind(s3);
  s3.abortMultipartUpload = (uploadId) => {
    const upload = s3.multipartUploads.get(uploadId);
    if (upload === undefined) return abort(uploadId);
    const restoreIndex = () => void s3.multipartUploadsByBucket.get(upload.bucket)?.add(uploadId);
    orUndo([restoreEntry(s3.multipartUploads, uploadId), restoreIndex], () => abort(uploadId));
  };
}

function orUndo<Result>(undo: readonly (() => void)[], write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    for (const step of undo) step();
    throw error;
  }
}

function restoreEntry<Key, Value>(map: Map<Key, Value>, key: Key): () => void {
  const before = map.get(key);
  return () => {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  };
}
