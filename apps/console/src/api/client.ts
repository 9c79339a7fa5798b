import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema.ts';

export type Stack = components['schemas']['Stack'];
export type RecipeInfo = Stack['recipes'][number];
export type Upload = components['schemas']['Upload'];
export type UploadState = Upload['state'];
export type Counts = components['schemas']['Counts'];
export type UploadPage = components['schemas']['UploadPage'];
export type Story = components['schemas']['Story'];
export type Live = components['schemas']['Live'];
export type Manifest = NonNullable<Story['manifest']>;
export type Output = Extract<Manifest, { status: 'done' }>['outputs'][number];

/** The API did not do what the page asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** HTTP status; 0 without a response. */
  readonly status: number;

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

export const UNREACHABLE =
  'Darkroom does not answer. Is “npm start” still running in its terminal?';

/** The error of a response that is not a success. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as { code?: string; error?: string };
  const code = body.code ?? `HTTP ${response.status}`;
  return new ApiError(code, response.status, body.error ?? code);
}

/** The token of the write actions belongs to one start of the server. Loading the page gets the current one. */
export async function renewToken(): Promise<void> {
  await fetch('/', { cache: 'no-store' });
}

const failures: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const error = await errorOf(response.clone());
    if (error.code === 'NO_TOKEN') await renewToken();
    throw error;
  },
  onError: ({ error }) => new ApiError('UNREACHABLE', 0, UNREACHABLE, { cause: error }),
};

const client = createClient<paths>({ baseUrl: '/' });
client.use(failures);

/** Conditions of a list of uploads. */
export type Filter = Omit<
  NonNullable<paths['/api/uploads']['get']['parameters']['query']>,
  'offset' | 'limit'
>;

export async function getStack(): Promise<Stack> {
  const { data } = await client.GET('/api/stack');
  return data as Stack;
}

export async function getUploads(
  filter: Filter,
  offset: number,
  limit: number,
): Promise<UploadPage> {
  const { data } = await client.GET('/api/uploads', {
    params: { query: { ...filter, offset, limit } },
  });
  return data as UploadPage;
}

export async function getStory(key: string, filter: Filter): Promise<Story> {
  const { data } = await client.GET('/api/upload', { params: { query: { ...filter, key } } });
  return data as Story;
}

/** Repeats the action once if the server was started again since the page was loaded. */
async function withToken<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'NO_TOKEN') throw error;
    return action();
  }
}

export function retryUploads(keys: readonly string[]) {
  return withToken(async () => {
    const body = { keys: [...keys], force: true };
    return (await client.POST('/api/uploads/retry', { body })).data;
  });
}

export function removeUploads(keys: readonly string[]) {
  return withToken(
    async () => (await client.POST('/api/uploads/remove', { body: { keys: [...keys] } })).data,
  );
}

export type Rejections = components['schemas']['Rejections'];
export type Span = NonNullable<
  NonNullable<paths['/api/rejections']['get']['parameters']['query']>['span']
>;

export async function getRejections(span: Span): Promise<Rejections> {
  const { data } = await client.GET('/api/rejections', { params: { query: { span } } });
  return data as Rejections;
}

export type Redriven = NonNullable<
  paths['/api/redrive']['post']['responses'][200]['content']['application/json']
>;

export function redriveLetters(
  conditions: NonNullable<
    paths['/api/redrive']['post']['requestBody']
  >['content']['application/json'],
): Promise<Redriven> {
  return withToken(
    async () => (await client.POST('/api/redrive', { body: conditions })).data as Redriven,
  );
}

/** Counts and lists what `redriveLetters` would move. */
export async function findLetters(
  conditions: Parameters<typeof redriveLetters>[0],
): Promise<Redriven> {
  return (await client.POST('/api/redrive/dry-run', { body: conditions })).data as Redriven;
}

export type Changes = components['schemas']['Changes'];
export type RepairableKind = NonNullable<Changes['run']>['kinds'][number];
export type Kind = keyof NonNullable<NonNullable<Changes['comparison']>['kinds']>;

export async function getChanges(): Promise<Changes> {
  return (await client.GET('/api/changes')).data as Changes;
}

export async function compareBuckets(prefix: string): Promise<Changes> {
  return (await client.POST('/api/changes/compare', { body: { prefix } })).data as Changes;
}

export function applyChanges(
  body: paths['/api/changes/apply']['post']['requestBody']['content']['application/json'],
): Promise<Changes> {
  return withToken(async () => (await client.POST('/api/changes/apply', { body })).data as Changes);
}

export function pauseChanges(): Promise<Changes> {
  return withToken(async () => (await client.POST('/api/changes/pause')).data as Changes);
}

export function resumeChanges(): Promise<Changes> {
  return withToken(async () => (await client.POST('/api/changes/resume')).data as Changes);
}

export type Playground = components['schemas']['Playground'];
export type Rendering = components['schemas']['Rendering'];
export type TextProblem = components['schemas']['TextProblem'];
/** An upload of the bucket, or a photo that the page has sent. */
export type PhotoSource = { readonly key: string } | { readonly photo: string };

export async function getPlayground(): Promise<Playground> {
  return (await client.GET('/api/playground')).data as Playground;
}

/** @returns the name of the photo, for `PhotoSource` */
export async function sendPhoto(file: File): Promise<string> {
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await fetch('/api/playground/photo', { method: 'PUT', headers, body: file });
  if (!response.ok) throw await errorOf(response);
  return ((await response.json()) as { photo: string }).photo;
}

export async function renderRecipe(recipe: string, from: PhotoSource, signal: AbortSignal) {
  const { data } = await client.POST('/api/playground/render', { body: { recipe, from }, signal });
  return data as NonNullable<typeof data>;
}

/** Renders an upload with the deployed recipe. */
export async function renderUpload(key: string, signal: AbortSignal, measure = false) {
  const body = { from: { key }, measure };
  const { data } = await client.POST('/api/playground/render', { body, signal });
  return data as NonNullable<typeof data>;
}

/** The stack file with the recipe. */
export async function stackFileWith(recipe: string) {
  const { data } = await client.POST('/api/playground/stack-file', { body: { recipe } });
  return data as NonNullable<typeof data>;
}

/** Writes the recipe into the stack file. */
export function writeRecipe(recipe: string) {
  return withToken(async () => {
    const { data } = await client.POST('/api/playground/use', { body: { recipe } });
    return data as NonNullable<typeof data>;
  });
}

/** Address of an output of a rendering. */
export function outputUrl(id: string, variant: string): string {
  return `/api/playground/output?${new URLSearchParams({ id, variant }).toString()}`;
}

/** Address of an object. With its version, browsers keep it. */
export function objectUrl(
  bucket: 'source' | 'processed',
  key: string,
  { version, isDownload = false }: { version?: string; isDownload?: boolean } = {},
): string {
  const query = new URLSearchParams({ bucket, key: key.toWellFormed() });
  if (version !== undefined) query.set('v', version);
  if (isDownload) query.set('download', '1');
  return `/api/object?${query.toString()}`;
}
