import {
  parseSettings,
  SettingsError,
  settingsSchema,
  type SettingsInput,
} from '@darkroom/pipeline';
import fc from 'fast-check';
import * as z from 'zod';
import { arbitraryOf, type Places } from './schema-arbitrary.ts';

const keyPart = fc.stringMatching(/^[a-z]{1,8}\/$/);
const format = fc.constantFrom('webp', 'jpeg', 'avif', 'png');
const width = fc.integer({ min: 16, max: 4000 });

const variants = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/),
    steps: fc
      .tuple(width, format)
      .map(([wide, name]) => ['rotate', { resize: { width: wide } }, { encode: { format: name } }]),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
);

/** Several recipes, prefixes that lie in one another, suffixes; enough of them now and then to pass the 4 KB. */
const recipes = fc.oneof(
  { weight: 4, arbitrary: recipesOf(4) },
  { weight: 1, arbitrary: recipesOf(40) },
);

function recipesOf(most: number) {
  return fc.uniqueArray(
    fc.record(
      {
        name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/),
        match: fc.record(
          {
            prefix: fc.array(keyPart, { maxLength: 2 }).map((parts) => parts.join('')),
            suffixes: fc.uniqueArray(fc.constantFrom('.jpg', '.png', '.tif', '.tiff'), {
              minLength: 1,
              maxLength: 2,
            }),
          },
          { requiredKeys: [] },
        ),
        variants,
        onSourceRemoved: fc.constantFrom('delete', 'keep'),
      },
      { requiredKeys: ['name', 'variants'] },
    ),
    { selector: ({ name }) => name, minLength: 1, maxLength: most },
  );
}

/** Stands for all choices that the recipes offer. */
const ALL_CHOICES = {};
/** Stands for the names of all variants. */
const ALL_VARIANTS = ['all'];

const PLACES: Places = {
  recipes,
  // Of recipes' variants, which a schema cannot name: `agreeing` fills in those that there are.
  // The name lies in the zone.
  'delivery.domain': fc.constantFrom(
    { zone: 'example.com' },
    { zone: 'example.com', name: 'img.example.com' },
  ),
  'delivery.choices': fc.constantFrom({}, ALL_CHOICES),
  'delivery.variants': fc.constant(ALL_VARIANTS),
  // Either the one or the other.
  'alarms.receivers': fc.array(
    fc.oneof(
      fc.record({ email: fc.stringMatching(/^[a-z]{1,9}@example\.com$/) }),
      fc.record({ https: fc.webUrl({ validSchemes: ['https'] }) }),
    ),
    { maxLength: 3 },
  ),
  // Own code checks both.
  'events.webhook': fc.record({
    url: fc.webUrl({ validSchemes: ['https'] }),
    secret: fc
      .uint8Array({ minLength: 24, maxLength: 64 })
      .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
  }),
  tags: fc.dictionary(
    fc.stringMatching(/^[a-z][a-z0-9:-]{0,15}$/),
    fc.stringMatching(/^[A-Za-z0-9 @._-]{0,20}$/),
    { maxKeys: 4 },
  ),
};

/** How often settings come out that are refused for how they go together, seen by the tests. */
export interface Acceptance {
  generated: number;
  accepted: number;
}

/** Settings of every kind: all that the schema names, at its limits and between. */
export function arbitrarySettings(
  acceptance: Acceptance = { generated: 0, accepted: 0 },
): fc.Arbitrary<SettingsInput> {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' });
  const settings = arbitraryOf(schema, PLACES) as fc.Arbitrary<SettingsInput>;
  return settings.map(agreeing).filter((one) => {
    acceptance.generated += 1;
    const accepted = isValid(one);
    acceptance.accepted += Number(accepted);
    return accepted;
  });
}

type Source = NonNullable<SettingsInput['source']>;

/** Made to go together where few would by chance. What still does not is left out. */
function agreeing({
  queue = {},
  delivery,
  alarms,
  source,
  ...settings
}: SettingsInput): SettingsInput {
  const { retention: one = 345_600, deadLetterRetention: other = 1_209_600 } = queue;
  const [retention, deadLetterRetention] = one < other ? [one, other] : [other, one];
  const { batchSize = 5, batchWindow = 0, maximumConcurrency = 10 } = queue;
  const { reservedConcurrency } = settings.function ?? {};
  const { domains: _domains, certificateArn: _certificate, ...ofAws } = delivery ?? {};
  const { domain: _domain, ...own } = delivery ?? {};
  const isOwn = delivery?.domains !== undefined && delivery.certificateArn !== undefined;
  const choices = delivery?.choices === ALL_CHOICES ? choicesOf(settings.recipes) : {};
  const names = settings.recipes.flatMap(({ variants: some }) => some.map(({ name }) => name));
  const selection = delivery?.variants ? { variants: [...new Set(names)] } : {};
  const { oldestMessage, ...otherAlarms } = alarms ?? {};
  return {
    ...settings,
    queue: {
      ...{ ...queue, retention, deadLetterRetention },
      batchWindow: batchSize > 10 ? Math.max(batchWindow, 1) : batchWindow,
    },
    ...(reservedConcurrency !== undefined && {
      function: {
        ...settings.function,
        reservedConcurrency: Math.max(reservedConcurrency, maximumConcurrency),
      },
    }),
    ...(source && { source: sourceOf(source) }),
    ...(delivery && { delivery: { ...(isOwn ? own : ofAws), choices, ...selection } }),
    ...(alarms && {
      alarms: {
        ...otherAlarms,
        ...(oldestMessage !== undefined && oldestMessage < retention && { oldestMessage }),
      },
    }),
  };
}

/** The stack sets the CORS rules of the bucket that it creates, and a key belongs to an existing bucket. */
function sourceOf({ cors, keyArn, ...source }: Source): Source {
  if (source.bucket === undefined) return { ...source, cors };
  return { ...source, ...(keyArn !== undefined && { keyArn }) };
}

/** For each recipe that has one variant for everybody, those in other formats before it. */
function choicesOf(
  all: SettingsInput['recipes'],
): NonNullable<NonNullable<SettingsInput['delivery']>['choices']> {
  return Object.fromEntries(
    all.flatMap(({ name, variants: some }) => {
      const files = new Map(some.map((variant) => [formatOf(variant), variant.name]));
      const last = files.get('jpeg') ?? files.get('png');
      const others = ['avif', 'webp'].flatMap((one) => files.get(one) ?? []);
      return last !== undefined && others.length > 0 ? [[name, { best: [...others, last] }]] : [];
    }),
  );
}

/** As `variants` above writes it. */
function formatOf({ steps }: SettingsInput['recipes'][number]['variants'][number]): unknown {
  return (steps as { encode?: { format: string } }[]).find(({ encode }) => encode)?.encode?.format;
}

function isValid(settings: SettingsInput): boolean {
  try {
    parseSettings(settings, 'generated settings');
    return true;
  } catch (error) {
    if (error instanceof SettingsError) return false;
    throw error;
  }
}
