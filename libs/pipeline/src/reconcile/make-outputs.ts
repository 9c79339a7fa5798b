import {
  type EstimateRequest,
  type ImageEngine,
  isPictureFormat,
  leastRenderMemory,
  type MeasuredChannel,
  OUTPUT_FILES,
  type PlannedSheet,
  type Rendered,
  type RenderedOutput,
  type SkippedVariant,
  type SourceFacts,
  type Survey,
} from '@darkroom/transforms';
import { isRejection, PipelineError, toPipelineError } from '../contract/codes.ts';
import { type Choices, pictureChoices } from '../contract/choices.ts';
import type { OutputKeys } from '../contract/keys.ts';
import {
  checkBytes,
  checkDecoding,
  checkFacts,
  checkFormat,
  leastDecoding,
  type Limits,
} from '../contract/limits.ts';
import type {
  DoneManifest,
  Manifest,
  ManifestOutput,
  ManifestSkipped,
  ManifestSource,
  RejectedManifest,
} from '../contract/manifest.ts';
import { type MakeOutcome, sha256Of } from '../contract/outcome-file.ts';
import { labelled, type Origin, outputMetadata } from '../contract/metadata.ts';
import type { SourceIdentity } from '../contract/source-identity.ts';
import { checkMemory, filesAtOnce, peakMemory, readingMemory } from '../memory.ts';
import { type WantedVariant, wantedVariants } from '../recipe/pages.ts';
import { type Recipe, renderRequests } from '../recipe/recipe.ts';
import { codingOf, decodeBody, decodingMemory } from './content-encoding.ts';
import { outputsAlreadyThere } from './existing-outputs.ts';
import { type Engines, Isolation } from './isolation.ts';
import type { MemoryBudget, MemoryShare } from './memory-budget.ts';
import type { FoundObject, UnreadableObject } from './object-store.ts';
import { type OutputFolder, waitForAll } from './output-folder.ts';
import type { Reserved } from './joined-outputs.ts';
import { checkUpload, documentMemory, estimateUpload, inspectPages, sheetMemory } from './pages.ts';

/** One key's work, the same over all passes. */
export interface KeyTask extends Engines {
  readonly key: string;
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly keys: OutputKeys;
  readonly makeOutcome: MakeOutcome | undefined;
  readonly limits: Limits;
  readonly memory: MemoryBudget;
  readonly vcpus: number;
  readonly signal: AbortSignal | undefined;
  readonly retry: boolean;
  readonly lastAttempt: boolean;
}

/** An upload with what it chooses (`readChoices`). */
export type Chosen<T extends FoundObject | UnreadableObject> = T & {
  readonly choices: Choices | undefined;
};

const GAVE_UP: RejectedManifest['error'] = {
  code: 'GAVE_UP',
  message: 'No attempt finished: a crash, out of memory, out of time, or AWS was unavailable',
  retryable: true,
};

/**
 * Reads one version of an upload, writes its outputs and commits the manifest, which may be a rejection.
 * @param current the manifest of an older version, if its recipe and its outputs are right
 * @returns undefined if the bytes are those of `current`: then it only gets the identity of this version
 * @throws an error whose code's verdict is `retry`, or `CONFLICT` for another pass
 */
export async function makeOutputs(
  job: KeyTask,
  folder: OutputFolder,
  {
    found,
    current,
  }: { readonly found: Chosen<FoundObject>; readonly current: Manifest | undefined },
  bucket: string,
): Promise<Manifest | undefined> {
  const metadata = outputMetadata(job.key, job.recipe.name, job.recipeHash);
  const head = { version: 1, recipe: job.recipe.name, recipeHash: job.recipeHash } as const;
  const { choices } = found;
  const object = { bucket, key: job.key, ...pick(found) };
  const reject = (
    source: ManifestSource,
    { code, message, retryable }: RejectedManifest['error'],
  ): RejectedManifest => ({
    ...head,
    status: 'rejected',
    source,
    outputs: [],
    error: { code, message, retryable },
  });

  if (job.lastAttempt) await folder.commit(reject(object, GAVE_UP), metadata, job.makeOutcome);

  const isolation = new Isolation(job);
  let source: ManifestSource = object;
  let coding: ReturnType<typeof codingOf>;
  let manifest: Manifest;
  let isSameContent = false;
  const fromShare = async (share: MemoryShare): Promise<Manifest> => {
    // Read before it is judged, also where it seems empty: reading is what verifies the checksum.
    const stored = await found.read();
    source = { ...object, sha256: sha256Of(stored) };
    if (current && !job.lastAttempt && hasContent(current.source, source)) {
      isSameContent = true;
      const { checksumSha256: _sha256, choices: _choices, ...described } = current.source;
      return { ...current, source: { ...described, ...source } };
    }
    const bytes = await decode(stored, coding, job);
    const origin = { sourceSha256: sha256Of(bytes), choices: pictureChoices(choices), metadata };
    const least = checkSurvey(await job.engine.survey(bytes), job);
    const reader = isolation.engineFor(least);
    const facts = await reader.inspect(bytes, 1, job.recipe.decoders);
    source = describe(source, facts);
    checkSource(facts, job);
    const pages = await inspectPages(bytes, facts, { ...job, engine: reader });
    const wanted = renderRequests(job.recipe, pages, choices);
    const estimate = estimateUpload(wanted, job.engine);
    throwIfAny(checkUpload(estimate, job.limits));
    const documents = documentMemory(estimate.documentBytes ?? 0);
    const { planned, sheets, tooLarge } = splitParts(wanted, estimate.sheets, job, documents);
    checkSkipped([...(estimate.skipped ?? []).map(notRetryable), ...tooLarge], facts, job);
    const held = documents + sheetMemory(sheets);
    const each = [...planned, ...sheets.map(({ request }) => request)];
    const need = (concurrency: number) =>
      held + Math.max(...each.map((one) => memoryOf({ ...one, concurrency }, job.engine)));
    const concurrency = filesAtOnce(job.vcpus, job.memory.capacity, need);
    const atOnce = <T>(request: T) => ({ ...request, concurrency });
    const requests = planned.map(atOnce);
    const needed = need(concurrency);
    throwIfAny(checkMemory(needed, job.memory.capacity));
    const { capacity } = job.memory;
    const { decoding, stepSeconds } = estimate;
    const engine = isolation.engineFor(decoding, { memoryShare: needed / capacity, stepSeconds });
    // On the last attempt none is there: the GAVE_UP manifest has removed them.
    const there =
      job.retry && !job.lastAttempt ? await outputsAlreadyThere(job, folder, facts, origin) : [];
    // Nothing else runs next to an upload whose cost is unknown.
    await share.grow(estimate.decoding || !job.isolated ? needed : capacity);
    const done = new Set(there.map(({ variant }) => variant));
    const rendering = renderVariants({ ...job, engine }, bytes, requests, {
      done,
      documentBytes: estimate.documentBytes,
      sheets: sheets.map((sheet) => ({ ...sheet, request: atOnce(sheet.request) })),
    });
    // On the last attempt, the GAVE_UP manifest stays alone in the folder until all outputs are rendered.
    const rendered = job.lastAttempt ? await collect(rendering) : rendering;
    const order = wantedVariants(job.recipe, facts).map(({ name }) => name);
    const { channels, ...written } = await writeOutputs(
      job,
      folder,
      { rendered, there, order },
      origin,
    );
    const skipped = inOrder([...written.skipped, ...tooLarge], order).filter(
      ({ variant }) => !done.has(variant),
    );
    checkSkipped(skipped, facts, job);
    return {
      ...head,
      status: 'done',
      source: { ...source, ...factsOf(job.recipe, facts, channels) },
      ...written,
      skipped: skipped.length > 0 ? skipped : undefined,
    };
  };
  try {
    throwIfAny(checkBytes(found.bytes, job.limits));
    const { capacity } = job.memory;
    throwIfAny(checkMemory(readingMemory(found.bytes), capacity));
    coding = codingOf(found.contentEncoding);
    const reading = coding
      ? decodingMemory(found.bytes, job.limits, capacity)
      : readingMemory(found.bytes);
    manifest = await job.memory.use(reading, job.signal, fromShare);
  } catch (cause) {
    const stopped = isolation.rejectionOf(cause, job.retry || job.lastAttempt);
    const { code, message, retryable } = stopped ?? toPipelineError(cause);
    if (!isRejection(code)) throw cause;
    manifest = reject(source, { code, message, retryable });
  }
  const written = await folder.commit(manifest, metadata, job.makeOutcome);
  return isSameContent ? undefined : written;
}

/**
 * Whether an upload gives the pictures of the one that a manifest describes: the same bytes, coding of them, focal point
 * and crop. The text does not change the pictures.
 */
function hasContent(
  described: ManifestSource,
  { sha256, contentEncoding, choices }: ManifestSource,
) {
  return (
    described.sha256 === sha256 &&
    described.contentEncoding === contentEncoding &&
    pictureChoices(described.choices) === pictureChoices(choices)
  );
}

/** Rejects an upload that exists and cannot be read. */
export async function rejectUnreadable(
  { key, recipe, recipeHash, makeOutcome }: KeyTask,
  folder: OutputFolder,
  unreadable: Chosen<UnreadableObject>,
  bucket: string,
): Promise<RejectedManifest> {
  const manifest: RejectedManifest = {
    version: 1,
    recipe: recipe.name,
    recipeHash,
    status: 'rejected',
    source: { bucket, key, ...pick(unreadable) },
    outputs: [],
    error: { code: 'SOURCE_UNREADABLE', message: unreadable.reason, retryable: true },
  };
  return folder.commit(manifest, outputMetadata(key, recipe.name, recipeHash), makeOutcome);
}

function pick({
  versionId,
  eTag,
  bytes,
  checksumSha256,
  contentEncoding,
  choices,
}: SourceIdentity & Pick<FoundObject, 'contentEncoding'> & { choices: Choices | undefined }) {
  return { versionId, eTag, bytes, checksumSha256, contentEncoding, choices };
}

async function decode(
  stored: Uint8Array,
  coding: ReturnType<typeof codingOf>,
  { limits, memory }: KeyTask,
): Promise<Uint8Array> {
  const bytes =
    coding && stored.byteLength > 0
      ? await decodeBody(stored, coding, limits, memory.capacity)
      : stored;
  if (bytes.byteLength === 0) throw new PipelineError('CORRUPT_IMAGE', 'The object has zero bytes');
  return bytes;
}

function checkSource(facts: SourceFacts, { recipe, limits }: KeyTask): void {
  throwIfAny(checkFormat(facts, recipe));
  throwIfAny(checkFacts(facts, limits, 1));
}

/** Rejects what no recipe can decode within the limits and the memory, before a decoder sees it. */
function checkSurvey({ structure }: Survey, { limits, memory }: KeyTask) {
  if (!structure) return undefined;
  const least = leastDecoding(structure);
  throwIfAny(checkDecoding(least, limits));
  const mib = peakMemory(structure.bytes, leastRenderMemory(least, structure.bytes));
  throwIfAny(checkMemory(mib, memory.capacity));
  return least;
}

function memoryOf(request: EstimateRequest, engine: ImageEngine): number {
  return peakMemory(request.facts.bytes, engine.estimate(request).memory);
}

/**
 * As `splitByMemory`, for all pages and for sheets. A document or a sheet is made as a whole or not at all.
 *
 * @param documents MiB that are taken while the pages are made
 */
function splitParts(
  wanted: readonly EstimateRequest[],
  sheets: readonly PlannedSheet[],
  job: KeyTask,
  documents: number,
) {
  const capacity = job.memory.capacity - documents;
  const split = wanted.map((one) => splitByMemory(one, { ...job, capacity }));
  const ofSheets = sheets.flatMap(({ variant, request, joining }) => {
    const needed = joining.memory + memoryOf({ ...request, concurrency: 1 }, job.engine);
    const error = checkMemory(needed, capacity);
    return error ? [tooMuchMemory(request.recipe, variant.name, error)] : [];
  });
  const each = new Map(
    [...split.flatMap((one) => one.tooLarge), ...ofSheets].map((one) => [one.variant, one]),
  );
  const names = new Set(each.keys());
  const planned = split.map((one) => ({
    ...one.planned,
    variants: one.planned.variants.filter(({ name }) => !names.has(name)),
  }));
  return {
    planned: names.size > 0 ? planned : split.map((one) => one.planned),
    sheets: sheets.filter(({ variant }) => !names.has(variant.name)),
    tooLarge: [...each.values()],
  };
}

/**
 * Leaves out the variants that need more memory than the function has, each by itself. If the others fit only one by one,
 * the whole upload is too large.
 */
function splitByMemory(
  wanted: EstimateRequest,
  { engine, capacity }: Pick<KeyTask, 'engine'> & { readonly capacity: number },
): { readonly planned: EstimateRequest; readonly tooLarge: readonly ManifestSkipped[] } {
  const whole = { ...wanted, concurrency: 1 };
  if (memoryOf(whole, engine) <= capacity) return { planned: wanted, tooLarge: [] };
  const tooLarge = wanted.variants.flatMap((variant) => {
    const error = checkMemory(memoryOf({ ...whole, variants: [variant] }, engine), capacity);
    if (!error) return [];
    return [tooMuchMemory(wanted.recipe, variant.name, error)];
  });
  // Then the message is about the upload as a whole.
  if (tooLarge.length === wanted.variants.length) return { planned: wanted, tooLarge: [] };
  const names = new Set(tooLarge.map(({ variant }) => variant));
  const variants = wanted.variants.filter(({ name }) => !names.has(name));
  return { planned: { ...wanted, variants }, tooLarge };
}

function tooMuchMemory(recipe: string, variant: string, error: Error): ManifestSkipped {
  const message = `recipe ${recipe}, variant ${variant}: ${error.message}`;
  return { variant, code: 'TOO_LARGE', message, retryable: true };
}

export function notRetryable({ variant, code, message }: SkippedVariant): ManifestSkipped {
  return { variant, code, message, retryable: false };
}

/** @param order names of the variants, as the manifest lists them */
function inOrder<T extends { readonly variant: string }>(
  items: readonly T[],
  order: readonly string[],
): T[] {
  return items.toSorted((a, b) => order.indexOf(a.variant) - order.indexOf(b.variant));
}

/** @throws PipelineError of the first variant if no variant is left, or if the recipe requires all of them */
export function checkSkipped(
  skipped: readonly ManifestSkipped[],
  facts: SourceFacts,
  job: Pick<KeyTask, 'recipe'>,
): void {
  const wanted = wantedVariants(job.recipe, facts).map(({ name }) => name);
  // Several pages of a document may be the reason.
  const each = new Map(
    inOrder(skipped, wanted)
      .toReversed()
      .map((one) => [one.variant, one]),
  );
  const [first, ...more] = inOrder([...each.values()], wanted);
  if (!first || (!job.recipe.allOrNothing && each.size < wanted.length)) return;
  const others =
    more.length > 0
      ? `; other variants cannot be made either: ${more.map(({ variant }) => variant).join(', ')}`
      : '';
  throw new PipelineError(first.code, `${first.message}${others}`, { retryable: first.retryable });
}

function throwIfAny(error: PipelineError | undefined): void {
  if (error) throw error;
}

function describe(
  object: ManifestSource,
  { format, width, height, orientation, pages, takenAt, camera }: SourceFacts,
): ManifestSource {
  return {
    ...object,
    // The engine has only the decoders of the catalog.
    format: format as ManifestSource['format'],
    width,
    height,
    orientation,
    pages,
    ...(takenAt !== undefined && { takenAt }),
    ...(camera !== undefined && { camera }),
  };
}

/** What the recipe's `facts` asks for. */
function factsOf(
  { facts: wanted = [] }: Recipe,
  { resolution }: SourceFacts,
  channels: readonly MeasuredChannel[] | undefined,
): Pick<ManifestSource, 'facts'> {
  if (wanted.length === 0) return {};
  return {
    facts: {
      ...(resolution && wanted.includes('resolution') && { resolution }),
      ...(channels && { channels: [...channels] as Channels }),
    },
  };
}

type Channels = NonNullable<ManifestSource['facts']>['channels'];

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/**
 * Pages come one after the other. Copies come last, when all else has shown that the upload can be decoded.
 * @param done variants that are there already
 */
async function* renderVariants(
  { recipe, engine, signal }: Pick<KeyTask, 'recipe' | 'engine' | 'signal'>,
  source: Uint8Array,
  requests: readonly EstimateRequest[],
  { done: there, ...reserved }: Reserved & { readonly done: ReadonlySet<string> },
): AsyncGenerator<Rendered, void> {
  const facts = requests[0]?.facts;
  if (!facts) return;
  const wanted = wantedVariants(recipe, facts);
  const joined = await joinedOutputs(engine, wanted, reserved, signal);
  for (const [index, request] of requests.entries()) {
    const done = new Set([...there, ...(joined?.failed ?? [])]);
    const isDone = request.variants.every(({ name }) => done.has(name));
    // The placeholder is that of the first page.
    if (index > 0 && isDone) continue;
    const rendered = engine.render({ source, ...request, done, ...(signal && { signal }) });
    yield* joined?.from(rendered) ?? rendered;
  }
  for (const { name, copy } of wanted)
    if (copy && !there.has(name)) yield copyOf(name, source, facts);
}

/** Nothing if the recipe joins no pages or frames. */
async function joinedOutputs(
  engine: ImageEngine,
  wanted: readonly WantedVariant[],
  reserved: Reserved,
  signal: AbortSignal | undefined,
) {
  if (!wanted.some(({ joined }) => joined)) return undefined;
  const { JoinedOutputs } = await import('./joined-outputs.ts');
  return new JoinedOutputs(engine, wanted, reserved, signal);
}

function copyOf(variant: string, bytes: Uint8Array, facts: SourceFacts): RenderedOutput {
  const { format, width, height } = facts;
  // The recipe's schema refuses such copies.
  if (!isPictureFormat(format)) {
    throw new PipelineError('INTERNAL', `variant ${variant} copies a file of format ${format}`);
  }
  return { kind: 'output', variant, bytes, format, width, height };
}

interface Making {
  readonly rendered: AsyncIterable<Rendered> | Iterable<Rendered>;
  /** Outputs that need not be made. */
  readonly there: readonly ManifestOutput[];
  /** Names of the variants, as the manifest lists them. */
  readonly order: readonly string[];
}

interface Written extends Pick<DoneManifest, 'outputs' | 'placeholder'> {
  readonly skipped: ManifestSkipped[];
  readonly channels?: readonly MeasuredChannel[];
}

/** Puts each output as soon as it is made, and waits for all of them, also when making the others fails. */
async function writeOutputs(
  job: KeyTask,
  folder: OutputFolder,
  { rendered, there, order }: Making,
  origin: Origin,
): Promise<Written> {
  const skipped: ManifestSkipped[] = [];
  const puts: Promise<ManifestOutput>[] = [];
  let placeholder: DoneManifest['placeholder'];
  let channels: Written['channels'];
  let failed = false;
  try {
    for await (const item of rendered) {
      if (failed) break;
      if (item.kind === 'placeholder') {
        const { kind: _, ...parts } = item;
        placeholder = parts;
        continue;
      }
      if (item.kind === 'measured') {
        ({ channels } = item);
        continue;
      }
      if (item.kind === 'skipped') {
        skipped.push(notRetryable(item));
        continue;
      }
      if (item.kind === 'cell') throw new Error(`${item.variant}: a cell without a sheet`);
      const put = putOutput(job, folder, item, origin);
      put.catch(() => (failed = true));
      puts.push(put);
    }
  } finally {
    // A failed write hides what the rendering threw: it may have happened all the same, which needs a new attempt.
    await waitForAll(puts);
  }
  const outputs = withCopies(inOrder([...there, ...(await Promise.all(puts))], order));
  return { outputs, skipped, ...(placeholder && { placeholder }), ...(channels && { channels }) };
}

/**
 * Marks outputs whose file an earlier one has too. The manifest's own hashes decide, so that outputs of an earlier attempt
 * give the same manifest.
 */
function withCopies(outputs: readonly ManifestOutput[]): ManifestOutput[] {
  const firsts = new Map<string, string>();
  return outputs.map((output) => {
    const sameAs = firsts.get(output.sha256);
    if (sameAs !== undefined) return { ...output, sameAs };
    firsts.set(output.sha256, output.variant);
    return output;
  });
}

async function putOutput(
  { keys, recipe }: KeyTask,
  folder: OutputFolder,
  { variant, bytes, format, width, height, pages, fit, facts }: RenderedOutput,
  origin: Origin,
): Promise<ManifestOutput> {
  const key = keys.output(variant, format);
  const { contentType } = OUTPUT_FILES[format];
  const output = {
    variant,
    key,
    format,
    contentType,
    width,
    height,
    bytes: bytes.byteLength,
    ...(pages !== undefined && { pages }),
    ...(fit !== undefined && { fit }),
    ...(facts !== undefined && { facts }),
    sha256: sha256Of(bytes),
  };
  const eTag = await folder.put(key, bytes, {
    contentType,
    cacheControl: recipe.cacheControl,
    metadata: labelled(output, origin),
  });
  return { ...output, eTag };
}
