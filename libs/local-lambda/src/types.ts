/** What `aws:lambda/function:Function` asks for. */
export interface FunctionSpec {
  name: string;
  arn: string;
  /** Unpacked package, absolute path. */
  codeDirectory: string;
  handler: string;
  runtime: string;
  timeoutSeconds: number;
  memoryMiB: number;
  environment: Readonly<Record<string, string>>;
}

/** What `aws:lambda/eventSourceMapping:EventSourceMapping` asks for. */
export interface EventSourceMappingSpec {
  id: string;
  queueUrl: string;
  queueArn: string;
  functionName: string;
  batchSize: number;
  batchWindowSeconds: number;
  maximumConcurrency?: number;
  reportBatchItemFailures: boolean;
}
