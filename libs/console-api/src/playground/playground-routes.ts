import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  pinSideFiles,
  type Recipe,
  selectRecipe,
  SettingsError,
  SideFileError,
} from '@darkroom/pipeline';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ConsolePipeline } from '../console-pipeline.ts';
import { ApiError, errors } from '../errors.ts';
import { missing } from '../pipeline-routes.ts';
import { objectHeaders } from '../security.ts';
import { MAX_PHOTO_BYTES, Playground } from './playground.ts';
import {
  checkStackFile,
  type ReadRecipe,
  readRecipe,
  recipesOfFile,
  recipesOfSettings,
  stackFileOf,
  type TextProblem,
  withRecipe,
} from './recipe-text.ts';

const recipeText = z.string().max(200_000).describe('One recipe, YAML');
const textProblem = z
  .object({
    from: z.number().describe('Offset in UTF-16 code units'),
    to: z.number(),
    message: z.string(),
  })
  .meta({ id: 'TextProblem' });
const problems = z.array(textProblem).readonly();

const renderingSchema = z
  .object({
    id: z.string().describe('Of `GET /api/playground/output`, while it is kept'),
    status: z.enum(['done', 'rejected', 'failed']),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
    variants: z
      .array(
        z.object({
          name: z.string(),
          contentType: z.string(),
          width: z.number(),
          height: z.number(),
          bytes: z.number(),
          ssim: z
            .number()
            .optional()
            .describe('Structural similarity to the source, if measured; 1 means equal'),
        }),
      )
      .readonly(),
    skipped: z.array(z.object({ variant: z.string(), message: z.string() })).readonly(),
    cpuMs: z.number().describe('User and system time of all threads'),
    uploadBytes: z.number(),
    outputBytes: z.number().describe('With the manifest'),
    writes: z.number(),
    reads: z.number(),
    plan: z.string().optional().describe('The stages, if measured'),
    shot: z
      .object({
        lens: z.string().optional(),
        exposureSeconds: z.number().optional(),
        aperture: z.number().optional(),
        iso: z.number().optional(),
        focalLength: z.number().optional().describe('Millimetres'),
        focalLength35: z.number().optional().describe('Millimetres on 35 mm film'),
        hasPlace: z.boolean().describe('The file names the place, which is not part of this'),
      })
      .optional()
      .describe('From EXIF, if measured'),
    memory: z.number().describe('MiB of the smallest function that accepts the upload'),
    dollarsPerMillion: z.number().nullable().describe('Per million such uploads'),
  })
  .meta({ id: 'Rendering' });

const playgroundSchema = z
  .object({
    recipes: z
      .array(z.object({ name: z.string(), text: z.string() }))
      .readonly()
      .describe('As deployed'),
    file: z.string().nullable().describe('Name of the stack file that “use” writes'),
  })
  .meta({ id: 'Playground' });

const photoQuery = z.union([
  z.object({ key: z.string().min(1).max(4096) }).describe('An upload'),
  z.object({ photo: z.string().max(64) }).describe('Of `PUT /api/playground/photo`'),
]);

/** The route changes nothing: a console that only reads has it, too. */
const config = { changesNothing: true };

/** Tries recipes without a deployment, and writes one into the stack file. */
export async function addPlaygroundRoutes(
  app: FastifyInstance,
  running: () => ConsolePipeline,
  { isWritable = true }: { readonly isWritable?: boolean },
): Promise<void> {
  const playground = new Playground();
  app.addHook('onClose', () => playground.stop());
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/api/playground',
    { schema: { response: { 200: playgroundSchema, ...errors } } },
    async () => {
      const { stackFile, written } = running();
      const fromFile =
        stackFile === undefined ? [] : recipesOfFile(await readFile(stackFile, 'utf8'));
      return {
        recipes: fromFile.length > 0 ? fromFile : recipesOfSettings(written),
        file: stackFile !== undefined && isWritable ? path.basename(stackFile) : null,
      };
    },
  );

  await app.register((raw, _options, done) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    raw.withTypeProvider<ZodTypeProvider>().put(
      '/api/playground/photo',
      {
        config,
        bodyLimit: MAX_PHOTO_BYTES,
        schema: { response: { 200: z.object({ photo: z.string() }), ...errors } },
      },
      async ({ body }) => ({
        photo: await playground.addPhoto((body ?? Buffer.alloc(0)) as Buffer),
      }),
    );
    done();
  });

  api.post(
    '/api/playground/render',
    {
      config,
      schema: {
        body: z.object({
          recipe: recipeText
            .optional()
            .describe('Default: the deployed one that the upload matches'),
          from: photoQuery,
          measure: z
            .boolean()
            .default(false)
            .describe('Compares with the source, and describes the plan'),
        }),
        response: { 200: z.object({ problems, rendering: renderingSchema.nullable() }), ...errors },
      },
    },
    async ({ body: { recipe: text, from, measure } }, reply) => {
      const pipeline = running();
      const read = text === undefined ? deployedRecipe(from, pipeline) : readPinned(text, pipeline);
      if (!read.recipe) return { problems: read.problems, rendering: null };
      // The page ends a request whose recipe it has changed.
      const ended = new AbortController();
      reply.raw.on('close', () => ended.abort());
      const photo =
        'key' in from ? await playground.addUpload(pipeline, from.key).catch(missing) : from.photo;
      const { signal } = ended;
      const rendering = await playground.render(pipeline, read.recipe, photo, signal, measure);
      return { problems: [], rendering };
    },
  );

  api.get(
    '/api/playground/output',
    { schema: { querystring: z.object({ id: z.uuid(), variant: z.string().max(256) }) } },
    async ({ query: { id, variant } }, reply) => {
      const { type, bytes } = await playground.output(id, variant);
      reply.headers({
        ...objectHeaders(type),
        'cache-control': 'private, max-age=31536000, immutable',
      });
      return reply.send(bytes);
    },
  );

  const stackFileBody = { body: z.object({ recipe: recipeText }) };
  api.post(
    '/api/playground/stack-file',
    {
      config,
      schema: {
        ...stackFileBody,
        response: { 200: z.object({ problems, text: z.string().nullable() }), ...errors },
      },
    },
    async ({ body }) => {
      const { problems, text } = await change(body.recipe, running());
      return { problems, text };
    },
  );
  api.post(
    '/api/playground/use',
    {
      schema: {
        ...stackFileBody,
        response: { 200: z.object({ problems, file: z.string().nullable() }), ...errors },
      },
    },
    async ({ body }) => {
      const { stackFile, ...pipeline } = running();
      if (stackFile === undefined)
        throw new ApiError(409, 'NO_STACK_FILE', 'This stack has no file on this machine');
      const { problems, text } = await change(body.recipe, { stackFile, ...pipeline });
      if (text === null) return { problems, file: null };
      await writeFile(`${stackFile}.new`, text);
      await rename(`${stackFile}.new`, stackFile);
      return { problems, file: path.basename(stackFile) };
    },
  );
}

function deployedRecipe(
  from: z.output<typeof photoQuery>,
  { settings }: ConsolePipeline,
): ReadRecipe {
  const recipe = 'key' in from ? selectRecipe(settings.recipes, from.key) : undefined;
  if (!recipe) throw new ApiError(422, 'NO_RECIPE', 'No recipe matches this photo');
  return { problems: [], recipe };
}

/** With the hashes of its side files. */
function readPinned(text: string, { sideFiles }: Pick<ConsolePipeline, 'sideFiles'>) {
  const read = readRecipe(text);
  if (!read.recipe) return read;
  try {
    const [recipe] = pinSideFiles([read.recipe], sideFiles ?? '');
    return { problems: [], recipe };
  } catch (error) {
    if (!(error instanceof SideFileError)) throw error;
    return { problems: [{ from: 0, to: text.length, message: error.message }] };
  }
}

/** The stack file with the recipe. */
async function change(
  recipe: string,
  { stackFile, written, sideFiles }: Pick<ConsolePipeline, 'stackFile' | 'written' | 'sideFiles'>,
): Promise<{ problems: readonly TextProblem[]; text: string | null }> {
  const read: { problems: readonly TextProblem[]; recipe?: Recipe | undefined } = readPinned(
    recipe,
    { sideFiles },
  );
  if (!read.recipe) return { problems: read.problems, text: null };
  const given = { name: read.recipe.name, text: recipe };
  const file =
    stackFile === undefined
      ? stackFileOf(recipesOfSettings(written))
      : await readFile(stackFile, 'utf8');
  const text = withRecipe(file, given);
  const name = path.basename(stackFile ?? 'the stack file');
  if (text === undefined)
    throw new ApiError(409, 'NO_RECIPES', `${name} has no list of recipes in block style`);
  try {
    checkStackFile(text, name);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { problems: [{ from: 0, to: recipe.length, message: error.message }], text: null };
  }
  return { problems: [], text };
}
