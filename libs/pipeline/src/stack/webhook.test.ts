import { describe, expect, test } from 'vitest';
import {
  formatWebhookEnvironment,
  formatWebhookReceiver,
  parseWebhookEnvironment,
  parseWebhookReceiver,
} from './webhook.ts';

const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
const names = { queueUrl: 'https://sqs.example/queue', receiver: '/darkroom/receiver:3' };

describe('the environment of the webhook’s function', () => {
  test('is read as it is written', () => {
    const variables = formatWebhookEnvironment('WARN', names);
    expect(variables).toEqual({
      DARKROOM_WEBHOOK_QUEUE_URL: names.queueUrl,
      DARKROOM_WEBHOOK_RECEIVER: names.receiver,
      POWERTOOLS_SERVICE_NAME: 'webhook',
      POWERTOOLS_LOG_LEVEL: 'WARN',
    });
    expect(parseWebhookEnvironment(variables)).toEqual(names);
  });

  test('lists its problems', () => {
    expect(() => parseWebhookEnvironment({ DARKROOM_WEBHOOK_QUEUE_URL: 'queue' })).toThrow(
      /is not valid:\n.*DARKROOM_WEBHOOK_QUEUE_URL.*\n.*DARKROOM_WEBHOOK_RECEIVER/,
    );
  });
});

describe('a receiver', () => {
  const receiver = { url: 'https://shop.example/hooks', secret: secret(24) };
  const read = (more: object) => () =>
    parseWebhookReceiver(formatWebhookReceiver({ ...receiver, ...more }));

  test.each([
    { url: 'https://shop.example/hooks?a=b' },
    { url: 'http://127.0.0.1:8080/' },
    { url: 'http://localhost/' },
    { url: 'http://[::1]/' },
    { secret: secret(64) },
    { secret: secret(25) },
  ])('may have %j', (more) => {
    expect(read(more)()).toEqual({ ...receiver, ...more });
  });

  test.each([
    { url: 'shop.example' },
    { url: 'http://shop.example/' },
    { url: 'ftp://localhost/' },
    { url: 'https://user@shop.example/' },
    { url: 'https://:password@shop.example/' },
    { secret: secret(23) },
    { secret: secret(65) },
    { secret: secret(32).slice('whsec_'.length) },
    { secret: `whsek_${secret(32).slice('whsec_'.length)}` },
    { secret: `${secret(30)}!` },
    { secret: `whsec_!${secret(30).slice('whsec_'.length)}` },
    { secret: `${secret(31)}==` },
  ])('must not have %j, and the error does not tell', (more) => {
    expect(read(more)).toThrow('The parameter of the webhook has no valid url and secret');
  });

  test('is JSON with two members', () => {
    expect(JSON.parse(formatWebhookReceiver(receiver))).toEqual(receiver);
    expect(() => parseWebhookReceiver('{')).toThrow('no valid url and secret');
  });
});
