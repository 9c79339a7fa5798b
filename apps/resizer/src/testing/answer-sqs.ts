import { createHash } from 'node:crypto';
import type { Answer } from './canned-aws.ts';

/** What a client has sent to SQS, as far as the tests look at it. */
export interface SentMessage {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly MessageAttributes: Readonly<
    Record<string, { readonly DataType: string; readonly StringValue: string }>
  >;
}

/** As SQS answers to `SendMessage`: the client checks the MD5. */
export const messageSent: Answer = (response, { body }) => {
  const { MessageBody } = JSON.parse(body) as SentMessage;
  const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ MessageId: 'message-1', MD5OfMessageBody }));
};

/** As SQS answers to whatever the function asks of it. */
export const answerSqs: Answer = (response, request) => {
  if (request.headers['x-amz-target'] === 'AmazonSQS.SendMessage')
    return messageSent(response, request);
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end('{"Successful":[],"Failed":[]}');
};
