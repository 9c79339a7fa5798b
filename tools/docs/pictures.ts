import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { catalog, decodersOf, RECIPE_FORMATS } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import {
  animatedSample,
  renderOne,
  renderSheet,
  sample,
  type SampleOptions,
} from '@darkroom/transforms/testing';
import { shortStep } from './steps-yaml.ts';
import { transformEntries, type TransformEntry } from './transform-entry.ts';

/** Of the scene that most transforms are shown on, pixels. */
const SIZE = { width: 240, height: 180 } as const;
const SCENE = 'scene.webp';
/** An animation, on which a transform that joins pictures is shown. */
const CLIP = 'clip.webp';
const CLIP_SIZE = { width: 120, height: 90, frames: 8, delay: 700 } as const;
/** The stills of the page on recipes. */
const STILLS = 'frames.webp';

/** What a transform is shown with where the plain scene or its first example do not show what it does. */
interface Shown {
  readonly sample?: SampleOptions;
  /** Steps before it. */
  readonly before?: readonly unknown[];
  readonly options?: Readonly<Record<string, unknown>>;
}

const SHOWN: Readonly<Record<string, Shown>> = {
  encode: { options: { format: 'jpeg', quality: 5 } },
  trim: { before: [{ extend: { top: 12, bottom: 30, left: 40, right: 20, background: 'white' } }] },
  normalise: { before: [{ modulate: { brightness: 0.5 } }] },
  deskew: {
    before: [
      { levels: { outputBlack: 225 } },
      { watermark: { text: 'A scanned page', colour: 'black', width: '42%', tile: true } },
      { rotate: { angle: 5, background: 'white' } },
    ],
  },
  flatten: { sample: { alpha: true } },
};

/** A picture that the pages show. */
export interface Picture {
  /** File name, in `docs/pictures`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** How a page shows a transform: two files of `docs/pictures`, and the step between them. */
export interface Showing {
  readonly before: string;
  readonly after: string;
  readonly step: unknown;
}

/** @returns undefined if there is nothing to show */
export function showingOf({ transform, examples }: TransformEntry): Showing | undefined {
  const { name, kind, scalar } = transform;
  if ((kind === 'facts' || kind === 'setting') && name !== 'encode') return undefined;
  const { sample: own, before, options = examples[0] ?? {} } = SHOWN[name] ?? {};
  const scene = kind === 'join' ? CLIP : SCENE;
  return {
    before: own || before ? `${name}-before.webp` : scene,
    after: `${name}.webp`,
    step: shortStep(name, options, scalar),
  };
}

const ENCODE = { encode: { format: 'webp', quality: 80, effort: 6 } };

async function logo(): Promise<Uint8Array> {
  const white = { duotone: { shadow: 'white', highlight: 'white' } };
  const steps = [white, { mask: 'circle' }, { encode: 'png' }];
  const disc = await sample({ width: 64, height: 64, format: 'png' });
  return (await renderOne(engine, catalog, disc, steps)).bytes;
}

const engine = createEngine({
  catalog,
  readSideFile: logo,
  decoders: decodersOf([{ formats: RECIPE_FORMATS }]),
});

const LIBRARIES = path.resolve(import.meta.dirname, '../../libs');
const WIDE = { resize: { width: 432 } };
/** The paper is as white as the page that shows it. */
const EDGE = { extend: { top: 1, bottom: 1, left: 1, right: 1, background: '#a0a0a0' } };

/** A file of each format with a decoder, and the steps that show it, by the names of the pictures. */
const OF_FORMATS: Readonly<Record<string, { file: string; steps: readonly unknown[] }>> = {
  'format-heic.webp': { file: 'decoder-heic/fixtures/plain.heic', steps: [] },
  'format-dicom.webp': {
    file: 'decoder-dicom/fixtures/phantom.dcm',
    steps: [{ resize: { width: 320 } }],
  },
  'format-fits.webp': {
    file: 'decoder-fits/fixtures/sky.fits',
    steps: [{ stretch: { type: 'asinh', black: 290, white: 2500 } }, WIDE],
  },
  'format-pdf.webp': { file: 'decoder-pdf/fixtures/drawing.pdf', steps: [WIDE, EDGE] },
};

async function formatPicture(
  name: string,
  { file, steps }: (typeof OF_FORMATS)[string],
): Promise<Picture> {
  const source = await readFile(path.join(LIBRARIES, file));
  const made = await renderOne(engine, catalog, source, [...steps, ENCODE]);
  return { name, bytes: made.bytes, width: made.width, height: made.height };
}

async function picture(
  name: string,
  { sample: own, before = [] }: Shown,
  step?: unknown,
): Promise<Picture> {
  const source = await sample({ ...SIZE, format: 'png', seed: 4, ...own });
  const steps = [...before, ...(step === undefined ? [] : [step])];
  const isEncoded = JSON.stringify(step)?.includes('"encode"') ?? false;
  const made = await renderOne(engine, catalog, source, isEncoded ? steps : [...steps, ENCODE]);
  // What became of another format is kept nearly as it is.
  const shown = isEncoded ? await renderOne(engine, catalog, made.bytes, [ENCODE]) : made;
  return { name, bytes: shown.bytes, width: shown.width, height: shown.height };
}

async function clip(): Promise<Picture> {
  const made = await renderOne(engine, catalog, await animatedSample('webp', CLIP_SIZE), [ENCODE]);
  return { name: CLIP, bytes: made.bytes, width: made.width, height: made.height };
}

/** Frames on a sheet: all, or some. */
async function sheet(
  name: string,
  { bytes }: Picture,
  { step, every = 1 }: { readonly step: unknown; readonly every?: number },
): Promise<Picture> {
  const all = Array.from({ length: CLIP_SIZE.frames }, (_, index) => index + 1);
  const frames = all.filter((frame) => frame % every === 1 % every);
  const made = await renderSheet(engine, catalog, bytes, { frames, steps: [step, ENCODE] });
  return { name, bytes: made.bytes, width: made.width, height: made.height };
}

/** All pictures of the pages, the same on every run. */
export async function makePictures(): Promise<readonly Picture[]> {
  const moving = await clip();
  const row = { montage: { columns: 4, gap: 8, background: 'transparent' } };
  const pictures = [
    await picture(SCENE, {}),
    moving,
    await sheet(STILLS, moving, { step: row, every: 2 }),
  ];
  for (const [name, shown] of Object.entries(OF_FORMATS))
    pictures.push(await formatPicture(name, shown));
  for (const entry of transformEntries(catalog)) {
    const showing = showingOf(entry);
    if (!showing) continue;
    if (showing.before === CLIP) {
      pictures.push(await sheet(showing.after, moving, showing));
      continue;
    }
    const shown = SHOWN[entry.transform.name] ?? {};
    if (showing.before !== SCENE) pictures.push(await picture(showing.before, shown));
    pictures.push(await picture(showing.after, shown, showing.step));
  }
  return pictures;
}
