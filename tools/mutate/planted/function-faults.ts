import { faultsIn, type Fault } from './fault.ts';

/** Faults of the function and of what it is made of. */
export const FUNCTION_FAULTS: readonly Fault[] = [
  ...faultsIn('events', 'libs/events/src/parse-message.ts', [
    ['a message in four envelopes is rejected', 'MAX_SNS_ENVELOPES = 4', 'MAX_SNS_ENVELOPES = 3'],
    [
      'a hostile message has envelopes without end',
      'MAX_SNS_ENVELOPES = 4',
      'MAX_SNS_ENVELOPES = 400',
    ],
  ]),
  ...faultsIn('events', 'libs/events/src/invalid-message.ts', [
    ['an error lists more issues', 'MAX_ISSUES = 3', 'MAX_ISSUES = 4'],
    ['an error repeats more of a hostile value', 'MAX_SHOWN = 40', 'MAX_SHOWN = 41'],
    ['SQS refuses the reason of a dead letter', '\\ufffe\\uffff]', '\\ufffe]'],
    ['a log prints control characters', '[\\u007f-', '[\\u0080-'],
  ]),
  ...faultsIn('events', 'libs/events/src/object-change.ts', [
    ['a key of 1,024 bytes is rejected', 'MAX_KEY_BYTES = 1024', 'MAX_KEY_BYTES = 1023'],
    ['a key that S3 cannot have is accepted', 'MAX_KEY_BYTES = 1024', 'MAX_KEY_BYTES = 1025'],
    ['an old bucket with a long name is rejected', '.max(255)', '.max(63)'],
    ['a bucket has no name', '.min(1)', '.min(0)'],
    ['an apostrophe is not encoded', "[!'()~]", '[!()~]'],
    ['a tilde is not encoded', "[!'()~]", "[!'()]"],
  ]),
  ...faultsIn('events', 'libs/events/src/message-formats.ts', [
    ['version 12.x is taken for 2.x', '/^2(\\.|$)/', '/2(\\.|$)/'],
    ['version 20 is taken for 2.x', '/^2(\\.|$)/', '/^2/'],
    ['deletions are rejected', "['Object Created', 'Object Deleted']", "['Object Created']"],
    ['an empty notification is accepted', ".min(1, 'no record')", ''],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/recipe/recipe-hash.ts', [
    ['after an upgrade all outputs are made again', 'a < b ? -1 : 1', 'a < b ? 1 : -1'],
    ['the hash has another length', '.slice(0, 16)', '.slice(0, 15)'],
    [
      'a change of the limits changes no output',
      '{ recipe, limits, transforms }',
      '{ recipe, transforms }',
    ],
    [
      'an upgrade of a transform changes no output',
      '{ recipe, limits, transforms }',
      '{ recipe, limits }',
    ],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/reconcile/reconcile.ts', [
    ['a message gives way once', 'MAX_PASSES = 6', 'MAX_PASSES = 1'],
    ['a message gives way without end', 'MAX_PASSES = 6', 'MAX_PASSES = 60'],
    [
      'an output without its manifest counts as up to date',
      'listed.size !== namedObjects(manifest).length + 1',
      'listed.size < namedObjects(manifest).length',
    ],
    ['the attempt does not end with its time', 'signal: options.signal,', 'signal: undefined,'],
    ['a retry makes everything again', 'retry: options.retry ?? false', 'retry: false'],
    [
      'the last attempt leaves no outcome',
      'lastAttempt: options.lastAttempt ?? false',
      'lastAttempt: false',
    ],
    ['one file at a time is encoded', 'vcpus: context.vcpus ?? 1', 'vcpus: 1'],
    [
      'an upload that changes meanwhile is not seen',
      'return (await sourceIsStill(was, job, source)) ? outcome : undefined',
      'return outcome',
    ],
    [
      'an upload that changes while orphans are removed is not seen',
      '(await sourceIsStill(head, job, source)) ? upToDate : undefined',
      'upToDate',
    ],
    [
      'outputs of a removed upload are removed though they must stay',
      "|| job.recipe.onSourceRemoved === 'keep'",
      '',
    ],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/reconcile/joined-outputs.ts', [
    ['a sheet lacks its last pictures', 'numbers.length ?? Infinity', 'numbers.length - 1'],
    ['cells take any memory', 'if (left < 0) {', 'if (left < -Infinity) {'],
    [
      'a failed document names another page',
      '#partsOf(item.variant).length]',
      '#partsOf(item.variant).length + 1]',
    ],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/reconcile/make-outputs.ts', [
    ['an image whose time is over goes on', 'done, ...(signal && { signal })', 'done'],
    [
      'an image that kills its process has no outcome',
      'if (job.lastAttempt) await folder.commit(reject(object, GAVE_UP), metadata, job.makeOutcome);',
      '',
    ],
    [
      'the last attempt writes outputs that no manifest names',
      'job.lastAttempt ? await collect(rendering) : rendering',
      'rendering',
    ],
    [
      'the checksum of an empty upload is not verified',
      'const stored = await found.read();',
      'const stored = found.bytes === 0 ? new Uint8Array() : await found.read();',
    ],
    ['a failure of the rendering hides that of a write', 'await waitForAll(puts);', ''],
    ['after a failed write all others are made', 'if (failed) break;', ''],
    [
      'an upload is read before its size is checked',
      'throwIfAny(checkBytes(found.bytes, job.limits));',
      '',
    ],
    [
      'an upload that no memory can hold is read',
      'throwIfAny(checkMemory(readingMemory(found.bytes), capacity));',
      '',
    ],
    [
      'an upload is decoded that exceeds the limits',
      'throwIfAny(checkUpload(estimate, job.limits));',
      '',
    ],
    [
      'a copied upload is served though it is out of place',
      'for (const { name, copy } of wanted)',
      'for (const { name, copy } of recipe.variants)',
    ],
    [
      'the manifest lacks the time of the picture',
      '...(takenAt !== undefined && { takenAt }),',
      '',
    ],
    ['the manifest lacks the camera', '...(camera !== undefined && { camera }),', ''],
    ['the manifest lacks the fit', '...(fit !== undefined && { fit }),', ''],
    [
      'other uploads work next to one of unknown cost',
      'estimate.decoding || !job.isolated ? needed : capacity',
      'needed',
    ],
    [
      'outputs are served without their caching',
      'cacheControl: recipe.cacheControl,',
      "cacheControl: '',",
    ],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/reconcile/output-folder.ts', [
    [
      'a folder of 10,000 orphans takes 10,000 requests at once',
      'DELETIONS_AT_ONCE = 50',
      'DELETIONS_AT_ONCE = 10_000',
    ],
    [
      'a write of another worker is overwritten',
      "precondition: listed === undefined ? 'absent' : { ifMatch: listed },",
      "precondition: 'absent',",
    ],
    [
      'outputs are removed before the manifest',
      'key === this.#keys.manifest));',
      'key !== this.#keys.manifest));',
    ],
    ['a newer manifest is read', '{ ifMatch: eTag });\n    return found', '{});\n    return found'],
    ['browsers keep an old manifest', "cacheControl: 'no-cache'", "cacheControl: 'max-age=60'"],
    [
      'a conflict hides a failure of S3',
      'failures.find((reason) => !isConflict(reason)) ?? failures[0]',
      'failures[0]',
    ],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/reconcile/isolation.ts', [
    ['a slow upload stops its neighbours', 'ISOLATED_CPU_SECONDS = 5', 'ISOLATED_CPU_SECONDS = 15'],
    [
      'a large upload stops its neighbours',
      'ISOLATED_MEMORY_SHARE = 0.5',
      'ISOLATED_MEMORY_SHARE = 0.9',
    ],
    ['an upload of unknown cost is not isolated', 'decoding === undefined ||', ''],
  ]),
  ...faultsIn('protocol', 'libs/pipeline/src/stack/timing.ts', [
    ['requests hang for a minute', 'REQUEST_TIMEOUT_MS = 10_000', 'REQUEST_TIMEOUT_MS = 60_000'],
    [
      'connections hang for a minute',
      'CONNECTION_TIMEOUT_MS = 2_000',
      'CONNECTION_TIMEOUT_MS = 60_000',
    ],
    ['Lambda kills the call', 'CLOSING_MS = 5_000', 'CLOSING_MS = 500'],
    [
      'a second worker starts while the first writes',
      'VISIBILITY_FACTOR = 6',
      'VISIBILITY_FACTOR = 5',
    ],
    ['a message hides for hours', 'LONGEST_SECONDS = 900', 'LONGEST_SECONDS = 9000'],
    [
      'a conflict waits',
      'CONFLICT: Pace = { least: 0, first: 2, growth: 4 }',
      'CONFLICT: Pace = { least: 1, first: 2, growth: 4 }',
    ],
    ['conflicts meet again', 'first: 2, growth: 4', 'first: 2, growth: 1'],
    ['a throttled request comes back at once', 'first: 24, growth: 6', 'first: 4, growth: 6'],
    ['an outage of AWS outlasts the attempts', 'first: 4, growth: 6', 'first: 4, growth: 2'],
    ['the attempts outlast the queue', 'queue.retention / 2 / queue', 'queue.retention / queue'],
  ]),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/handler.ts',
    [
      [
        'Lambda kills the call before it answers',
        'lambda.getRemainingTimeInMillis() - CLOSING_MS',
        'lambda.getRemainingTimeInMillis()',
      ],
      [
        'a busy function is killed for memory',
        'new MemoryBudget(uploadMemory(Number(lambda.memoryLimitInMB)))',
        'new MemoryBudget(Number(lambda.memoryLimitInMB))',
      ],
      [
        'an image that kills its process takes its batch along',
        'engine: isolated ? own : engine',
        'engine',
      ],
      [
        'an expensive image takes its batch along',
        "isolated: isolated || isLast || !slots.hasWaiting ? own : ('later' as const)",
        'isolated: undefined',
      ],
      [
        'an expensive image does not wait for the others',
        '|| isLast || !slots.hasWaiting',
        '|| true',
      ],
      [
        'a deadly image stops its neighbours',
        'isolated ? 1 : environment.concurrency',
        'environment.concurrency',
      ],
      ['images are made one by one', 'isolated ? 1 : environment.concurrency', '1'],
      [
        'a write is under way when the message is visible again',
        'processed: s3ObjectStore(s3, environment.processedBucket, signal)',
        'processed: s3ObjectStore(s3, environment.processedBucket, new AbortController().signal)',
      ],
      [
        'a read goes on after the time of the image',
        'source: s3ObjectStore(s3, environment.sourceBucket, signal)',
        'source: s3ObjectStore(s3, environment.sourceBucket, new AbortController().signal)',
      ],
      ['failed messages come back together', 'random: Math.random()', 'random: 0'],
      [
        'failed messages hide longer than the queue allows',
        '{ longest, random',
        '{ longest: Infinity, random',
      ],
      ['each attempt counts as the first', 'backOff(code, attempt,', 'backOff(code, 1,'],
      ['failed messages wait for the visibility timeout', 'await backOffAll(failed, lambda);', ''],
      [
        'a failed change of visibility is not reported',
        'if (problems.length > 0) report.backOffFailed(problems);',
        '',
      ],
      ['the response has no time left', '- ANSWERING_MS)', ')'],
      ['metrics are not published', 'metrics.publishStoredMetrics();', ''],
      ['an isolated process stays', 'await own.end();', ''],
      [
        'a batch of failures fails the call',
        'throwOnFullBatchFailure: false',
        'throwOnFullBatchFailure: true',
      ],
      [
        'an isolated batch starts in the order of arrival',
        '[...plan.records]',
        '[...event.Records]',
      ],
      ['one file of an upload at a time is encoded', 'vcpus: environment.concurrency', 'vcpus: 1'],
    ],
    ['apps/resizer/src/handler*.test.ts'],
  ),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/telemetry.ts',
    [
      [
        'the used share of the memory is a thousand times too large',
        'limitMiB * 1024 * 1024',
        'limitMiB * 1024',
      ],
    ],
    ['apps/resizer/src/{telemetry,handler,handler-pictures}.test.ts'],
  ),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/time-slots.ts',
    [
      ['later images get the least time', 'this.#waiting -= weight;', ''],
      [
        'a repeated message weighs as much as a new one',
        'this.#waiting += weight;',
        'this.#waiting += 1;',
      ],
      [
        'a message is taken off with another weight',
        'this.#waiting -= weight;',
        'this.#waiting -= 1;',
      ],
      ['images at once share the time of one', 'atOnce: this.#atOnce', 'atOnce: 1'],
      [
        'an image is not waiting for itself',
        'waiting: this.#waiting,',
        'waiting: this.#waiting - weight,',
      ],
      ['a slot has less than one request takes', 'FAIR_MS = REQUEST_TIMEOUT_MS', 'FAIR_MS = 1_000'],
      ['an image starts that cannot end', 'LEAST_MS = 1_000', 'LEAST_MS = 0'],
      ['one message has all of the time', 'MOST_DOUBLINGS = 10', 'MOST_DOUBLINGS = 100'],
      [
        'the last attempts start last',
        'b.receiveCount - a.receiveCount',
        'a.receiveCount - b.receiveCount',
      ],
      ['a repeated message is not isolated', 'receiveCount > 1)', 'receiveCount > 2)'],
    ],
    ['apps/resizer/src/{time-slots,handler,handler-pictures}.test.ts'],
  ),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/process-message.ts',
    [
      [
        'the last attempt is not known',
        'receiveCount >= context.maxReceiveCount',
        'receiveCount > context.maxReceiveCount',
      ],
      ['a retry makes everything again', 'retry: receiveCount > 1', 'retry: false'],
      [
        'a redrive repeats the other keys of the message',
        'body: formatMessage({ bucket, key })',
        "body: ''",
      ],
      [
        'uploads of another bucket are read',
        'if (bucket !== pipeline.source.bucket)',
        'if (!bucket)',
      ],
      [
        'an image whose time is over goes on',
        '{ signal, retry, lastAttempt }',
        '{ retry, lastAttempt }',
      ],
    ],
    ['apps/resizer/src/{process-message,handler,handler-pictures}.test.ts'],
  ),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/return-to-queue.ts',
    [
      ['SQS refuses eleven entries', 'ENTRIES_PER_REQUEST = 10', 'ENTRIES_PER_REQUEST = 11'],
      ['the request goes on after the time of the call', '{ abortSignal: signal }', '{}'],
      ['messages come back at once', 'VisibilityTimeout: backOff', 'VisibilityTimeout: 0'],
    ],
    ['apps/resizer/src/{return-to-queue,handler,handler-pictures}.test.ts'],
  ),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/dead-letter.ts',
    [['SQS refuses a long reason', 'MAX_CHARACTERS = 1024', 'MAX_CHARACTERS = 1025']],
    ['apps/resizer/src/{dead-letter,handler,handler-pictures}.test.ts'],
  ),
  ...faultsIn(
    'resizer',
    'apps/resizer/src/outcome-events.ts',
    [
      ['an event goes on after the time of the image', '{ abortSignal: signal }', '{}'],
      [
        'a lost event is not sent again',
        "return found.kind === 'found' ? parseManifest(await found.read()) : undefined;",
        'return undefined;',
      ],
    ],
    ['apps/resizer/src/{outcome-events,handler,handler-pictures}.test.ts'],
  ),
];
