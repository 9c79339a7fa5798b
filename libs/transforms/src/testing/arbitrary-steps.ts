import fc from 'fast-check';

const colour = fc.constantFrom('white', '#336699', '#ff000080', 'transparent');
const side = fc.integer({ min: 8, max: 90 });
const edge = fc.integer({ min: 0, max: 9 });

const resize = fc
  .record(
    {
      width: side,
      height: side,
      fit: fc.constantFrom('cover', 'contain', 'fill', 'inside', 'outside'),
      position: fc.constantFrom('centre', 'north', 'southeast', 'left'),
      background: colour,
      kernel: fc.constantFrom('lanczos3', 'lanczos3', 'cubic', 'mitchell'),
      withoutEnlargement: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .filter(({ width, height }) => width !== undefined || height !== undefined);

/** Cuts around a point. */
const focused = fc.record({
  width: side,
  height: side,
  position: fc.constant('focus'),
  focus: fc.record({
    x: fc.constantFrom(0, 0.2, 0.5, 0.9, 1),
    y: fc.constantFrom(0, 0.4, 0.7, 1),
  }),
});

const share = fc.integer({ min: 0, max: 30 });
const crop = fc.oneof(
  fc.record({ left: share, top: share }).map(({ left, top }) => ({
    left: `${left}%`,
    top: `${top}%`,
    width: '60%',
    height: '60%',
  })),
  fc.record({
    aspectRatio: fc.constantFrom('1:1', '16:9', '3:4'),
    gravity: fc.constantFrom('centre', 'northwest', 'south'),
  }),
);

/** One step of every built-in transform that changes pixels, with options that keep small pictures recognisable. */
const STEPS = {
  rotate: fc.oneof(
    fc.constant('auto'),
    fc.constantFrom(90, 180, 270, -90),
    fc.record({ angle: fc.constantFrom(12, 45), background: colour }),
  ),
  resize: fc.oneof({ weight: 3, arbitrary: resize }, focused),
  crop,
  trim: fc.constantFrom(10, 60, { threshold: 90, margin: 3 }),
  extend: fc.record({
    top: edge,
    bottom: edge,
    left: edge,
    right: edge,
    extendWith: fc.constantFrom('background', 'copy', 'mirror'),
    background: colour,
  }),
  flip: fc.constant({}),
  flop: fc.constant({}),
  blur: fc.oneof(fc.constant({}), fc.constantFrom(0.8, 2)),
  sharpen: fc.oneof(fc.constant({}), fc.constant(0.8)),
  median: fc.constantFrom(3, 5),
  modulate: fc.record({
    brightness: fc.constantFrom(0.8, 1, 1.2),
    saturation: fc.constantFrom(0.5, 1, 1.3),
    hue: fc.constantFrom(0, 90),
  }),
  grayscale: fc.constant({}),
  tint: fc.constantFrom('#336699', '#cc6600'),
  // The very darkest and lightest pixel (0 and 100) hang on single steps of rounding.
  normalise: fc.constantFrom({}, { lower: 5, upper: 95 }),
  gamma: fc.constantFrom({ gamma: 1.5 }, { gamma: 1.2, gammaOut: 1.8 }),
  levels: fc.constantFrom({ black: 10, white: 240, gamma: 1.2 }, { outputBlack: [30, 0, 60] }),
  colourmap: fc.constantFrom('grey', 'viridis', { map: 'heat', reverse: true }),
  // A threshold turns single steps of rounding into black and white: the least does so to few pixels.
  binarise: fc.constantFrom(8),
  deskew: fc.constant({}),
  negate: fc.constantFrom({ alpha: false }, { alpha: true }),
  flatten: colour,
  mask: fc.constantFrom('rounded', 'circle'),
  watermark: fc
    .tuple(
      fc.constantFrom({ image: 'logo.png' }, { text: '© Ada', colour: 'teal' }),
      fc.record({
        width: fc.constantFrom('10%', '40%'),
        opacity: fc.constantFrom(0.4, 1),
        gravity: fc.constantFrom('southeast', 'centre', 'north'),
        angle: fc.constantFrom(0, 0, -30, 90),
        tile: fc.boolean(),
      }),
    )
    .map(([mark, more]) => ({ ...mark, ...more })),
} as const;

/** One step of every transform that shows the values of the upload. Such steps come first. */
const DISPLAYS = {
  window: fc.constantFrom(
    {},
    { centre: 120, width: 200 },
    { centre: 90, width: 300, shape: 'sigmoid' },
  ),
  stretch: fc.constantFrom('sqrt', { type: 'linear', black: 20, white: [200, 230, 255] }),
} as const;

/** Names of the transforms that `arbitrarySteps` draws from. */
export const DRAWN_TRANSFORMS: readonly string[] = Object.keys({ ...DISPLAYS, ...STEPS });

function oneOf(steps: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  return fc.oneof(
    ...Object.entries(steps).map(([name, options]) => options.map((given) => ({ [name]: given }))),
  );
}

const step = oneOf(STEPS);
/** None, in most cases. */
const displays = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  oneOf(DISPLAYS).map((display) => [display]),
);

/** Steps in the recipe's form. */
export const arbitrarySteps = fc.array(step, { minLength: 1, maxLength: 5 });

/** As `arbitrarySteps`, sometimes with a step that shows the values of the upload. */
export const arbitraryShownSteps = fc
  .tuple(displays, arbitrarySteps)
  .map(([display, steps]) => [...display, ...steps]);

/** Several variants' steps, of which some begin alike. */
export const arbitraryVariants = fc
  .record({
    shared: fc.array(step, { maxLength: 2 }),
    own: fc.array(fc.array(step, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ shared, own }) => own.map((steps) => [...shared, ...steps]));
