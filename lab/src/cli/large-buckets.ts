import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatManifest, outputKeys, recipeHash, type Settings } from '@darkroom/pipeline';

/** As in the buckets of a pipeline: every tenth upload has no outputs yet. */
export const isMissing = (index: number): boolean => index % 10 === 0;
const keyOf = (index: number) => `uploads/2024/picture-${String(index).padStart(7, '0')}.jpg`;
/** -1 for other keys. */
const indexOf = (key: string) => Number(/picture-(\d+)/.exec(key)?.[1] ?? -1);

const PAGE = 1000;

export interface LargeBuckets {
  readonly endpoint: string;
  /** Numbers of requests by operation. */
  readonly requests: Readonly<Record<'LIST uploads' | 'LIST outputs' | 'GET', number>>;
  stop(): Promise<void>;
}

interface Listed {
  readonly key: string;
  readonly eTag: string;
  readonly bytes: number;
}

/**
 * Serves the buckets `uploads` and `outputs` of S3 with any number of objects, which it makes at each request: a bucket
 * of the embedded S3 sorts all of its keys for each page. The recipe has one variant.
 */
export async function startLargeBuckets(keys: number, settings: Settings): Promise<LargeBuckets> {
  const requests = { 'LIST uploads': 0, 'LIST outputs': 0, GET: 0 };
  const manifestOf = manifests(settings);
  const uploads = (index: number): Listed[] => [
    { key: keyOf(index), eTag: `v${index}`, bytes: 2_000_000 },
  ];
  const outputs = (index: number): Listed[] =>
    isMissing(index)
      ? []
      : ['manifest.json', 'thumb.webp'].map((name) => ({
          ...{ key: `${keyOf(index)}/${name}`, eTag: name, bytes: 1000 },
        }));

  /** One page of the objects after a key. */
  const page = (after: string, objectsOf: (index: number) => Listed[]) => {
    const objects: Listed[] = [];
    for (let index = Math.max(0, indexOf(after)); index < keys && objects.length <= PAGE; index++)
      objects.push(...objectsOf(index).filter(({ key }) => key > after));
    return { objects: objects.slice(0, PAGE), isTruncated: objects.length > PAGE };
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const key = rest.join('/');
    if (key !== '') {
      requests.GET += 1;
      response.setHeader('content-type', 'application/json');
      response.end(manifestOf(indexOf(key)));
      return;
    }
    response.setHeader('content-type', 'application/xml');
    if (bucket === 'uploads') {
      requests['LIST uploads'] += 1;
      const { objects, isTruncated } = page(searchParams.get('key-marker') ?? '', uploads);
      const versions = objects.map((object) => element('Version', object));
      const next = isTruncated ? `<NextKeyMarker>${objects.at(-1)?.key}</NextKeyMarker>` : '';
      response.end(document('ListVersionsResult', isTruncated, [...versions, next]));
      return;
    }
    requests['LIST outputs'] += 1;
    // No key is long: the folder `_long/` is empty.
    const isEmpty = (searchParams.get('prefix') ?? '') !== '';
    const { objects, isTruncated } = page(
      searchParams.get('start-after') ?? '',
      isEmpty ? () => [] : outputs,
    );
    const contents = objects.map((object) => element('Contents', object));
    response.end(document('ListBucketResult', isTruncated, contents));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function element(name: string, { key, eTag, bytes }: Listed): string {
  const version = name === 'Version' ? '<VersionId>null</VersionId><IsLatest>true</IsLatest>' : '';
  return `<${name}><Key>${key}</Key>${version}<LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>&quot;${eTag}&quot;</ETag><Size>${bytes}</Size></${name}>`;
}

function document(name: string, isTruncated: boolean, elements: readonly string[]): string {
  return `<${name}><IsTruncated>${isTruncated}</IsTruncated>${elements.join('')}</${name}>`;
}

/** Manifests as versions without their own hash wrote them. They differ only in the number of the upload. */
function manifests({ recipes: [recipe], limits }: Settings): (index: number) => string {
  if (!recipe) throw new Error('The settings have no recipe');
  const template = new TextDecoder()
    .decode(
      formatManifest({
        version: 1,
        status: 'done',
        recipe: recipe.name,
        recipeHash: recipeHash(recipe, limits),
        source: { bucket: 'uploads', key: keyOf(0), versionId: null, eTag: 'v0', bytes: 2_000_000 },
        outputs: recipe.variants.map(({ name }) => ({
          variant: name,
          key: outputKeys(keyOf(0), recipe).output(name, 'webp'),
          ...{ format: 'webp', contentType: 'image/webp', width: 200, height: 200, bytes: 1000 },
          ...{ eTag: `${name}.webp`, sha256: '' },
        })),
      }),
    )
    .replace(/,\s+"manifestSha256": "\w+"/, '');
  return (index) => template.replaceAll(keyOf(0), keyOf(index)).replace('"v0"', `"v${index}"`);
}
