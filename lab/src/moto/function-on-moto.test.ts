/**
 * The function on an emulator that others wrote. It has real versions, encodes `/` in the keys of its events and sends no
 * `sequencer`. Without `moto_server` on the PATH these tests are skipped.
 */
import { createHash } from 'node:crypto';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { compare } from '@darkroom/operations';
import { manifestSchema, parseSettings, type Manifest } from '@darkroom/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFECT_PREFIX } from '../planted-defects/defects.ts';
import { SCENARIOS } from '../planted-defects/scenarios.ts';
import { md5Twins } from '../testing/md5-twins.ts';
import { TESTBED_PIPELINE } from '../testbed/pipeline-settings.ts';
import { makeSampleUploads, type SampleUpload } from '../testbed/sample-uploads.ts';
import { HAS_MOTO } from './moto-server.ts';
import { startFunctionOnMoto } from './function-on-moto.ts';

const title = `the function on moto_server${HAS_MOTO ? '' : ' (not on the PATH: SKIPPED)'}`;

describe.runIf(HAS_MOTO)(title, () => {
  let moto: Awaited<ReturnType<typeof startFunctionOnMoto>>;
  let s3: S3Client;
  let first: SampleUpload;
  let second: SampleUpload;

  beforeAll(async () => {
    const settings = { timeout: 60, memory: 3538 };
    moto = await startFunctionOnMoto({ ...TESTBED_PIPELINE, function: settings });
    const { endpoint, region } = moto.info;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const samples = await makeSampleUploads();
    const named = (wanted: string) => samples.find(({ name }) => name === wanted) as SampleUpload;
    [first, second] = [named('jpeg 2'), named('jpeg 3')];
  });

  afterAll(async () => {
    s3.destroy();
    await moto.stop();
  });

  async function manifestOf(key: string): Promise<Manifest> {
    const { application, info } = moto;
    const { body } = await application.read(info.processedBucket, `${key}/manifest.json`);
    return manifestSchema.parse(JSON.parse(body.toString()));
  }

  /** Outputs of a key, and whether each matches its manifest. */
  async function outputsOf(key: string): Promise<Record<string, boolean>> {
    const { application, info } = moto;
    const listed = await application.list(info.processedBucket);
    const there = [...listed.keys()].filter((name) => name.startsWith(`${key}/`));
    const outputs = there.length > 0 ? (await manifestOf(key)).outputs : [];
    const right = await Promise.all(
      there.map(async (at) => {
        const { body } = await application.read(info.processedBucket, at);
        const sha256 = createHash('sha256').update(body).digest('hex');
        const named = outputs.find((output) => output.key === at);
        return [at.slice(key.length + 1), named === undefined || named.sha256 === sha256] as const;
      }),
    );
    return Object.fromEntries(right);
  }

  const ALL_RIGHT = {
    'manifest.json': true,
    'same.jpg': true,
    'thumb.webp': true,
    'web.jpg': true,
  };

  test('the manifest names the version of its upload', async () => {
    const { application, info } = moto;
    const key = 'uploads/a folder/günther+söhne & 100%.jpg';
    const versions: (string | null)[] = [];
    for (const sample of [first, second]) {
      await application.perform({ kind: 'upload', key, sample });
      await application.untilIdle();
      const head = new HeadObjectCommand({ Bucket: info.sourceBucket, Key: key });
      const { VersionId, ETag } = await s3.send(head);
      const { source } = await manifestOf(key);
      expect(source).toMatchObject({ versionId: VersionId, eTag: ETag?.replaceAll('"', '') });
      expect(VersionId).toMatch(/.{8}/);
      expect(await outputsOf(key)).toEqual(ALL_RIGHT);
      versions.push(source.versionId);
    }
    expect(new Set(versions).size).toBe(2);
    // A delete marker is not an upload. moto sends no notification of it.
    await application.perform({ kind: 'delete', key });
    await application.perform({ kind: 'message', key, eventName: 'ObjectRemoved:Delete' });
    await application.untilIdle();
    expect(await outputsOf(key)).toEqual({});
  });

  test('two TIFFs with the same MD5 are told apart, also by a comparison', async () => {
    const { application, info } = moto;
    const key = 'uploads/twin.tif';
    const { first: one, second: other } = md5Twins();
    const sha256 = (body: Buffer) => createHash('sha256').update(body).digest('hex');
    const upload = (Body: Buffer) =>
      s3.send(new PutObjectCommand({ Bucket: info.sourceBucket, Key: key, Body }));
    const kinds = async () => {
      const settings = parseSettings(TESTBED_PIPELINE, 'moto');
      const compared = await compare({ s3, ...info, settings, prefix: key });
      return Object.entries(compared.kinds).flatMap(([kind, { keys }]) => (keys ? [kind] : []));
    };
    const { ETag } = await upload(one);
    await application.untilIdle();
    expect((await manifestOf(key)).source.sha256).toBe(sha256(one));
    expect(await kinds()).toEqual(['up-to-date']);
    const second = await upload(other);
    expect(second.ETag).toBe(ETag);
    await application.untilIdle();
    expect((await manifestOf(key)).source).toMatchObject({
      versionId: second.VersionId,
      sha256: sha256(other),
    });
    expect(await outputsOf(key)).toMatchObject({ 'manifest.json': true });
    // As if the event of the last upload were lost.
    const { sourceBucket: Bucket } = info;
    await application.perform({ kind: 'delete', key });
    expect(await kinds()).toEqual(['orphaned']);
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: one }));
    await application.untilIdle();
    expect(await kinds()).toEqual(['up-to-date']);
  });

  test('preconditions on nothing and on another object', async () => {
    const Bucket = moto.info.processedBucket;
    const put = (condition: { IfMatch?: string; IfNoneMatch?: string }) =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'condition', Body: 'x', ...condition }));
    const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });
    await expect(put({ IfMatch: '"0"' })).rejects.toMatchObject(status(404));
    const { ETag = '' } = await put({ IfNoneMatch: '*' });
    await expect(put({ IfNoneMatch: '*' })).rejects.toMatchObject(status(412));
    await expect(put({ IfMatch: '"0"' })).rejects.toMatchObject(status(412));
    await expect(put({ IfMatch: ETag })).resolves.toMatchObject({ ETag });
    await moto.application.perform({ kind: 'delete', key: 'condition' });
  });

  test('a write that arrives late is refused, and replaces a newer one only without its precondition', async () => {
    const late = async (key: string) => {
      await SCENARIOS['no preconditions'](moto, key, { first, second });
      return outputsOf(key);
    };
    expect(await late('uploads/sound/late.jpg')).toEqual(ALL_RIGHT);
    expect(await late(`${DEFECT_PREFIX}no preconditions/late.jpg`)).toEqual({
      ...ALL_RIGHT,
      'web.jpg': false,
    });
  });
});
