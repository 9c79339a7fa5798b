import { type Repair, requestContext } from './emulator.ts';
import { putEvents } from './eventbridge.ts';
import { cors } from './http/cors.ts';
import { errorAnswers } from './http/error-answers.ts';
import { requestBodies } from './http/request-bodies.ts';
import { sandbox } from './http/sandbox.ts';
import { bucketConfiguration } from './s3/bucket-configuration.ts';
import { concurrentDeletes, writeConditions } from './s3/conditions.ts';
import { deleteObjects } from './s3/delete-objects.ts';
import { failedWrites } from './s3/failed-writes.ts';
import { formUploads } from './s3/form-uploads.ts';
import { keyLength } from './s3/key-length.ts';
import { listObjects } from './s3/list-objects.ts';
import { listVersions } from './s3/list-versions.ts';
import { multipartUploads } from './s3/multipart-uploads.ts';
import { notifications } from './s3/notifications.ts';
import { objectReads } from './s3/object-reads.ts';
import { subResources } from './s3/sub-resources.ts';
import { versioning } from './s3/versioning.ts';
import { uploadIntegrity } from './s3/upload-integrity.ts';
import { getParameter } from './parameters.ts';
import { longPolls } from './sqs/long-polls.ts';
import { messageCharacters, queueCounts, queueNames, queueUrls, redrive } from './sqs/queues.ts';

/**
 * All repairs, in the order in which a request meets their hooks. A repair that replaces a function
 * of a store wraps the earlier ones: conditions are checked before a write is committed.
 */
export const REPAIRS: readonly Repair[] = [
  requestContext,
  sandbox,
  cors,
  requestBodies,
  errorAnswers,
  putEvents,
  getParameter,
  uploadIntegrity,
  subResources,
  keyLength,
  failedWrites,
  multipartUploads,
  formUploads,
  versioning,
  notifications,
  bucketConfiguration,
  writeConditions,
  concurrentDeletes,
  objectReads,
  deleteObjects,
  listObjects,
  listVersions,
  queueNames,
  queueUrls,
  queueCounts,
  messageCharacters,
  longPolls,
  redrive,
];
