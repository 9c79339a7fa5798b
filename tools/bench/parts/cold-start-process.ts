/** `node cold-start-process.ts MODULE [KEY]`: imports a module, processes an upload with it, and prints the time of each step. */
const [module, key] = process.argv.slice(2);
const marks: { name: string; elapsed: number; cpu: number }[] = [];

function mark(name: string): void {
  const { user, system } = process.cpuUsage();
  marks.push({ name, elapsed: performance.now(), cpu: (user + system) / 1000 });
}

mark('Node has started');
const imported = module === undefined ? undefined : ((await import(module)) as object);
mark('imported');
if (imported && key !== undefined) {
  const say = console.log;
  console.log = console.info = console.warn = () => undefined;
  const { handler } = imported as {
    handler: (event: unknown, context: unknown) => Promise<unknown>;
  };
  // What Lambda sends; written here because an import would be a part of the start.
  const body = JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-01-01T00:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'source' }, object: { key, size: 1, eTag: 'x', sequencer: '1' } },
      },
    ],
  });
  const record = {
    ...{ messageId: 'first', receiptHandle: 'first', body, eventSource: 'aws:sqs' },
    ...{ attributes: { ApproximateReceiveCount: '1' }, messageAttributes: {}, md5OfBody: '' },
    ...{ eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:uploads', awsRegion: 'us-east-1' },
  };
  const answer = await handler(
    { Records: [record] },
    {
      ...{ functionName: 'resizer', memoryLimitInMB: '1769', awsRequestId: 'first' },
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:resizer',
      getRemainingTimeInMillis: () => 600_000,
    },
  );
  if (JSON.stringify(answer) !== '{"batchItemFailures":[]}')
    throw new Error(JSON.stringify(answer));
  mark('first outcome');
  console.log = say;
}
console.log(JSON.stringify(marks));
process.exit();
