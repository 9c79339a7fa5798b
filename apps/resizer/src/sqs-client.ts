import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from './clients.ts';

export const createSqs = () => new SQSClient(clientConfig);
