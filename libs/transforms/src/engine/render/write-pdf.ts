import sharp, { type Sharp } from 'sharp';
import { setEncoder } from '../../builtin/encoders/encodings.ts';
import type { PdfOptions } from '../../builtin/encoders/pdf.ts';
import { scanStructure } from '../../cost/structure.ts';
import type { TiffStructure } from '../../cost/tiff.ts';
import type { Resolution } from '../../image-engine.ts';
import type { FileStage } from '../../plan/render-plan.ts';
import { storedResolution } from '../../plan/square-pixels.ts';
import type { PageImage } from '../document/page-image.ts';
import type { EncodedFile } from '../encode/encode-once.ts';
import { setColours } from './file-metadata.ts';
import { type Frame, frameOf } from './picture.ts';
import type { RenderJob } from './run-step.ts';
import { openUpload } from './upload.ts';

const loadDocument = () => import('../document/document.ts');
/** The module that makes PDF files. */
type DocumentModule = Awaited<ReturnType<typeof loadDocument>>;

/**
 * The page as the upload stores it; nothing if a PDF cannot contain it so.
 * @throws Error if it cannot be decoded: readers would show a damaged page, or none
 */
async function storedImage(
  { mode }: FileStage,
  job: RenderJob,
  { faxImage, jpegImage }: DocumentModule,
): Promise<PageImage | undefined> {
  const { source, facts } = job;
  const { structure, coding } = facts;
  const image = structure?.format === 'tiff' ? faxImage(source, structure) : jpegImage(source);
  if (!image) return undefined;
  const upload = await openUpload(job, mode);
  await upload.resize({ width: 1, height: 1, fit: 'fill' }).raw().toBuffer();
  const { icc, ...plain } = image;
  const isSound = icc && coding && coding.profile !== 'none';
  return isSound ? image : plain;
}

/** The colours of pixels, without alpha. */
function tonesOf({ data, channels }: Frame): 'bilevel' | 'grey' | 'rgb' {
  let isBilevel = true;
  for (let at = 0; at < data.length; at += channels) {
    const value = data[at];
    if (channels > 2 && (value !== data[at + 1] || value !== data[at + 2])) return 'rgb';
    if (value !== 0 && value !== 255) isBilevel = false;
  }
  return isBilevel ? 'bilevel' : 'grey';
}

/** The most rows of a strip that sharp writes. A page with more has several strips, which a PDF cannot contain. */
const ONE_STRIP = 32_768;

/** A page in black and white: Group 4, or packed pixels if these are smaller. */
async function bilevelImage(
  { data, width, height, channels }: Frame,
  { faxImage, packedImage }: DocumentModule,
): Promise<PageImage> {
  const grey = Uint8Array.from({ length: width * height }, (_, at) => data[at * channels] ?? 0);
  const raw = { width, height, channels: 1 } as const;
  const packed = packedImage(grey, raw);
  if (height > ONE_STRIP) return packed;
  const page = sharp(grey, { raw, limitInputPixels: false }).toColourspace('b-w');
  const options = { compression: 'ccittfax4', bitdepth: 1, miniswhite: true } as const;
  const file = await page.tiff({ ...options, tileHeight: ONE_STRIP }).toBuffer();
  const image = faxImage(file, scanStructure(file, 'tiff').structure as TiffStructure);
  if (!image) throw new Error('sharp wrote something else than one strip of Group 4');
  return image.data.length <= packed.data.length ? image : packed;
}

async function drawnImage(
  frame: Frame,
  { mode, settings }: FileStage,
  encoding: PdfOptions,
  document: DocumentModule,
): Promise<PageImage> {
  // Pixels with a profile are a PNG.
  const tones = mode.keepColours ? 'rgb' : tonesOf(frame);
  if (tones === 'bilevel') return bilevelImage(frame, document);
  const opened = setColours(frame.open(), { mode, settings });
  const hasProfile = settings.colourspace === 'p3' || settings.metadata.icc;
  const image = tones === 'grey' && !hasProfile ? opened.toColourspace('b-w') : opened;
  const file = await setEncoder(image, encoding, { quality: encoding.quality }).toBuffer();
  const made = encoding.lossless ? document.pngImage(file) : document.jpegImage(file);
  if (!made) throw new Error('sharp wrote a JPEG that a PDF cannot contain');
  return made;
}

/** Pixels per inch of the upright page. */
function resolutionOf(
  { stored, density }: FileStage,
  { dpi }: PdfOptions,
  { facts }: RenderJob,
): Resolution {
  const own = stored ? storedResolution(facts) : density && { x: density, y: density };
  return own || { x: dpi, y: dpi };
}

/** Writes a document of one page: the upload's own data if the steps leave it as it is, or the pixels of the pipeline. */
export async function writePdf(
  pipeline: Sharp,
  stage: FileStage,
  encoding: PdfOptions,
  job: RenderJob,
): Promise<EncodedFile> {
  const document = await loadDocument();
  const stored = stage.stored && (await storedImage(stage, job, document));
  const image =
    stored || (await drawnImage(await frameOf(pipeline, stage), stage, encoding, document));
  const resolution = resolutionOf(stage, encoding, job);
  const layout = document.pageLayout(image, stage.shape.orientation, resolution);
  const bytes = Buffer.from(await document.writePage(image, layout));
  const { width, height } = image;
  return { format: 'pdf', bytes, width, height, pages: 1 };
}
