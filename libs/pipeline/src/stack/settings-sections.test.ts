import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import {
  corsSchema,
  encryptionSchema,
  functionSchema,
  logsSchema,
  outcomeEventsSchema,
  queueSchema,
  storageSchema,
  tagsSchema,
} from './settings-sections.ts';

const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
const DAYS = 24 * 60 * 60;

describe('numbers are those that AWS takes', () => {
  const queue = { batchWindow: 1, retention: 60, deadLetterRetention: 14 * DAYS };

  test.each<[name: string, section: z.ZodObject, least: number, most: number, others?: object]>([
    ['memory', functionSchema, 512, 10_240],
    ['timeout', functionSchema, 10, 900],
    ['ephemeralStorage', functionSchema, 512, 10_240],
    ['batchSize', queueSchema, 1, 10_000, queue],
    ['batchWindow', queueSchema, 0, 300],
    ['maximumConcurrency', queueSchema, 2, 1000],
    ['maxReceiveCount', queueSchema, 5, 1000],
    ['retention', queueSchema, 60, 14 * DAYS - 1, queue],
    ['deadLetterRetention', queueSchema, 61, 14 * DAYS, queue],
    ['deletionDays', encryptionSchema, 7, 30],
  ])('%s', (name, section, least, most, others = {}) => {
    const isTaken = (value: number) => takes(section, { ...others, [name]: value });
    const values = [least - 1, least, most, most + 1, least + 0.5];
    expect(values.map(isTaken)).toEqual([false, true, true, false, false]);
  });

  test.each<[name: string, section: z.ZodObject, least: number]>([
    ['reservedConcurrency', functionSchema, 2],
    ['expireNoncurrentDays', storageSchema, 1],
    ['expireProcessedDays', storageSchema, 1],
  ])('%s, without an upper limit', (name, section, least) => {
    const values = [least - 1, least, 100_000];
    const isTaken = (value: number) => takes(section, { [name]: value });
    expect(values.map(isTaken)).toEqual([false, true, true]);
  });

  test('logs are kept for the days that CloudWatch has', () => {
    const days = Array.from({ length: 4000 }, (_, day) => day);
    expect(days.filter((retentionDays) => takes(logsSchema, { retentionDays }))).toEqual([
      ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
      ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
    ]);
  });
});

/** Any text around a right name is wrong. */
const around = (name: string) => [`x${name}`, `${name} x`, `${name}\n`, ` ${name}`];

describe('names are complete', () => {
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b-2c3d';
  const bus = 'arn:aws:events:eu-central-1:123456789012:event-bus/photos';
  const policy = 'arn:aws:iam::123456789012:policy/photos';

  test.each<[what: string, section: z.ZodType, settings: (name: string) => object, name: string]>([
    ['a KMS key', encryptionSchema, (kms) => ({ kms }), key],
    ['an event bus', outcomeEventsSchema, (busArn) => ({ busArn }), bus],
    ['a policy', functionSchema, (permissionsBoundary) => ({ permissionsBoundary }), policy],
  ])('the ARN of %s', (_, section, settings, arn) => {
    expect(takes(section, settings(arn))).toBe(true);
    expect(takes(section, settings(arn.replace('arn:aws:', 'arn:aws-us-gov:')))).toBe(true);
    const wrong = [...around(arn), arn.replace(/\d{12}/, '1234'), arn.replace(/[^/]*$/, '')];
    expect(wrong.filter((name) => takes(section, settings(name)))).toEqual([]);
  });

  const subnet = 'subnet-0a1b2c3d';
  const group = 'sg-0a1b2c3d4e5f67890';
  const inVpc = (subnetIds: string[], securityGroupIds: string[]) =>
    takes(functionSchema, { vpc: { subnetIds, securityGroupIds } });

  test('ids of subnets and security groups', () => {
    expect(inVpc([subnet], [group])).toBe(true);
    expect(inVpc(['subnet-0a1b2c3d4e5f67890'], ['sg-0a1b2c3d'])).toBe(true);
    const wrong = (id: string) => [...around(id), id.slice(0, id.indexOf('-') + 8), `${id}g`];
    expect(wrong(subnet).filter((id) => inVpc([id], [group]))).toEqual([]);
    expect(wrong(group).filter((id) => inVpc([subnet], [id]))).toEqual([]);
  });

  test('of 1 to 16 subnets and 1 to 5 security groups', () => {
    const isTaken = (subnets: number, groups: number) =>
      inVpc(new Array<string>(subnets).fill(subnet), new Array<string>(groups).fill(group));
    expect([isTaken(1, 1), isTaken(16, 5)]).toEqual([true, true]);
    expect([isTaken(0, 1), isTaken(1, 0)]).toEqual([false, false]);
    expect([isTaken(17, 1), isTaken(1, 6)]).toEqual([false, false]);
  });
});

describe('cross-origin requests', () => {
  const schema = corsSchema(['GET', 'PUT']);

  test.each([
    '*',
    'https://shop.example',
    'http://localhost:3000',
    'https://*.shop.example',
    'https://a-b.shop.example:65535',
  ])('come from %s', (origin) => {
    expect(takes(schema, { origins: [origin] })).toBe(true);
  });

  test.each([
    ...around('https://shop.example'),
    'https://shop.example/',
    'https://shop.example/cart',
    'https://shop.example:123456',
    'https://*',
    'https://shop.*',
    'shop.example',
    'file:///cart',
    '**',
    'null',
    '',
  ])('cannot come from %j', (origin) => {
    expect(takes(schema, { origins: [origin] })).toBe(false);
  });

  test('have headers with names', () => {
    const isTaken = (header: string) => takes(schema, { origins: ['*'], headers: [header] });
    expect(['*', 'content-type', 'x-amz-*'].filter((header) => !isTaken(header))).toEqual([]);
    const wrong = ['', 'x amz', '*-type', 'x-*-y', 'content-type:', 'x'.repeat(129)];
    expect(wrong.filter(isTaken)).toEqual([]);
  });

  test('have one origin to 100, and one method or all', () => {
    const origins = (count: number) => new Array<string>(count).fill('*');
    expect([1, 100].filter((count) => !takes(schema, { origins: origins(count) }))).toEqual([]);
    expect([0, 101].filter((count) => takes(schema, { origins: origins(count) }))).toEqual([]);
    expect(schema.parse({ origins: ['*'] })).toMatchObject({
      methods: ['GET', 'PUT'],
      headers: ['*'],
    });
    expect(takes(schema, { origins: ['*'], methods: [] })).toBe(false);
    expect(takes(schema, { origins: ['*'], methods: ['DELETE'] })).toBe(false);
  });
});

describe('tags', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, 'photos']));

  test('are 45 next to ours', () => {
    expect(takes(tagsSchema, many(45))).toBe(true);
    expect(takes(tagsSchema, many(46))).toBe(false);
  });

  test('have any letters', () => {
    const [key, value] = ['Größe 1.5_:/=+-@'.padEnd(128, 'x'), '写真'.padEnd(256, 'x')];
    expect(takes(tagsSchema, { [key]: value, empty: '' })).toBe(true);
  });

  test.each<[what: string, key: string, value?: string]>([
    ['a name of 129 characters', 'x'.repeat(129)],
    ['a value of 257 characters', 'team', 'x'.repeat(257)],
    ['a name without characters', ''],
    ['a name of the program', 'darkroom:stack'],
    ['a name of Amazon', 'aws:stack'],
    ['a name of Amazon in capitals', 'AWS:stack'],
    ['a character that some services refuse', 'team', 'a;b'],
    ['such a character in the name', 'te#am'],
  ])('do not have %s', (_, key, value = 'photos') => {
    expect(takes(tagsSchema, { [key]: value })).toBe(false);
  });

  test('may contain the names that they may not begin with', () => {
    expect(takes(tagsSchema, { 'my-darkroom:stack': 'x', 'my-aws:x': 'x' })).toBe(true);
  });
});
