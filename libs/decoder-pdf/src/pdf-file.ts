import type { DecodedPixels, DecoderErrorCode, DecoderHeader } from '@darkroom/transforms';
import { PDFiumModule } from '@hyzyla/pdfium';
import { PDFIUM_WASM_BASE64 } from '@hyzyla/pdfium/dist/pdfium.wasm.base64-B4io7kt4.js';

/** The functions of PDFium's C API that this file calls. Pointers are numbers; 0 is a failure. */
interface Pdfium {
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(data: number, bytes: number, password: number): number;
  _FPDF_GetLastError(): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDFDOC_InitFormFillEnvironment(document: number, callbacks: number): number;
  _FPDF_SetFormFieldHighlightAlpha(forms: number, alpha: number): void;
  _FPDF_FFLDraw(
    forms: number,
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  _FPDF_GetPageWidthF(page: number): number;
  _FPDF_GetPageHeightF(page: number): number;
  _FPDFPage_CountObjects(page: number): number;
  _FPDFPage_GetObject(page: number, index: number): number;
  _FPDFFormObj_CountObjects(form: number): number;
  _FPDFFormObj_GetObject(form: number, index: number): number;
  _FPDFPageObj_GetType(object: number): number;
  _FPDFPageObj_GetBounds(
    object: number,
    left: number,
    bottom: number,
    right: number,
    top: number,
  ): number;
  _FPDFPath_GetDrawMode(path: number, fill: number, stroke: number): number;
  _FPDFPageObj_GetMatrix(object: number, matrix: number): number;
  _FPDFPageObj_HasTransparency(object: number): number;
  _FPDFImageObj_GetImageFilterCount(image: number): number;
  _FPDFImageObj_GetImageFilter(image: number, index: number, text: number, bytes: number): number;
  _FPDFImageObj_GetImagePixelSize(image: number, width: number, height: number): number;
  _FPDFBitmap_CreateEx(
    width: number,
    height: number,
    format: number,
    data: number,
    stride: number,
  ): number;
  _FPDFBitmap_FillRect(
    bitmap: number,
    left: number,
    top: number,
    width: number,
    height: number,
    colour: number,
  ): void;
  _FPDFBitmap_GetBuffer(bitmap: number): number;
  _FPDFBitmap_GetStride(bitmap: number): number;
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    left: number,
    top: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
}

/** Values of PDFium's enumerations (fpdfview.h, fpdf_edit.h). */
const ERROR = { password: 4, security: 5 };
const OBJECT = { path: 2, image: 3, shading: 4, form: 5 };
const BITMAP = { opaque: 3, alpha: 4 };
/** With comments; RGB instead of BGR. */
const FLAGS = 0x01 | 0x10;
/** `FPDF_FORMFILLINFO`: its version, without XFA, and then pointers to functions, none of which exist. */
const CALLBACKS = { version: 2, bytes: 512 };
const POINTS_PER_INCH = 72;

class PdfError extends Error {
  override readonly name = 'PdfError';
  readonly code: DecoderErrorCode;

  constructor(code: DecoderErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Measured (docs/formats.md). The pictures of a page are decoded whole, however small they are drawn. */
const SECONDS = {
  ...{ fixed: 0.25, perMib: 0.02, perObject: 3e-5 },
  ...{ perImageMegapixel: 0.05, perJpxMegapixel: 0.5 },
  ...{ paper: 0.02, perCoverage: 0.008, perObjectDrawn: 4e-6 },
};
const MEMORY = {
  ...{ fixed: 60, perMib: 2.5, perObject: 0.0005 },
  ...{ perImageMegapixel: 6, perJpxMegapixel: 30 },
  ...{ paper: 5.5, perLayer: 6 },
};
const MEGAPIXEL = 1_000_000;
const MIB = 1024 * 1024;
/** More than these are not looked at: the page is then as expensive as its first ones. */
const MAX_OBJECTS = 500_000;
const MAX_DEPTH = 12;
const BUFFER_BYTES = 64;
/** Of the page, at most, that a line covers: its box says little. */
const LINE_SHARE = 0.01;
/** A gradient takes so many times the CPU time of a colour, and a layer too. */
const SHADING_FACTOR = 3;
const LAYER_FACTOR = 4;

type Instantiated = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

const create = PDFiumModule as unknown as (options: object) => Promise<Pdfium>;
let compiling: Promise<WebAssembly.Module> | undefined;

/** A new one each time: PDFium may draw what it finds in memory that it has used before, which is of another document. */
async function newPdfium(): Promise<Pdfium> {
  const module = await (compiling ??= WebAssembly.compile(
    Buffer.from(PDFIUM_WASM_BASE64, 'base64'),
  ));
  const pdfium = await create({
    instantiateWasm: (imports: object, done: Instantiated) =>
      done(new WebAssembly.Instance(module, imports), module),
    // The function's log does not contain PDFium's messages.
    print: () => undefined,
    printErr: () => undefined,
  });
  pdfium._FPDF_InitLibrary();
  return pdfium;
}

interface Opened {
  readonly pdfium: Pdfium;
  readonly pages: number;
  /** Pointers. */
  readonly document: number;
  readonly page: number;
}

async function withPage<T>(
  source: Uint8Array,
  page: number,
  work: (opened: Opened) => T,
): Promise<T> {
  const pdfium = await newPdfium();
  const data = pdfium._malloc(source.length);
  if (data === 0) throw new PdfError('TOO_LARGE', 'there is not enough memory for it');
  pdfium.HEAPU8.set(source, data);
  const document = pdfium._FPDF_LoadMemDocument(data, source.length, 0);
  if (document === 0) throw refusal(pdfium._FPDF_GetLastError());
  const pages = pdfium._FPDF_GetPageCount(document);
  if (pages < 1) throw new PdfError('CORRUPT_IMAGE', 'it has no pages');
  const pointer = page <= pages ? pdfium._FPDF_LoadPage(document, page - 1) : 0;
  if (pointer === 0) throw new PdfError('CORRUPT_IMAGE', 'the page is damaged');
  // Nothing is closed: the whole instance is left.
  return work({ pdfium, pages, document, page: pointer });
}

function refusal(error: number): PdfError {
  if (error === ERROR.password) {
    return new PdfError('UNSUPPORTED_FORMAT', 'it opens only with a password');
  }
  if (error === ERROR.security) {
    return new PdfError('UNSUPPORTED_FORMAT', 'its encryption is not supported');
  }
  return new PdfError('CORRUPT_IMAGE', 'the document is damaged');
}

/** Of the page as displayed, with its crop box and rotation. */
function sizeOf({ pdfium, page }: Opened, dpi: number) {
  const pixels = (points: number) => Math.max(1, Math.round((points * dpi) / POINTS_PER_INCH));
  return {
    width: pixels(pdfium._FPDF_GetPageWidthF(page)),
    height: pixels(pdfium._FPDF_GetPageHeightF(page)),
  };
}

/** What drawing a page takes. */
interface Weight {
  /** With those of forms. */
  readonly objects: number;
  /** The area of their boxes, as a multiple of the page's. */
  readonly coverage: number;
  /** Transparent forms inside each other, which are drawn on a layer of their own. */
  readonly layers: number;
  /** Of pictures, and of those in JPEG 2000. */
  readonly megapixels: number;
  readonly jpxMegapixels: number;
}

/** Reads objects through a buffer that PDFium fills. */
class PageScale {
  readonly #pdfium: Pdfium;
  readonly #buffer: number;
  #objects = 0;
  #area = 0;
  #layers = 0;
  #pixels = 0;
  #jpxPixels = 0;

  private constructor(pdfium: Pdfium, buffer: number) {
    this.#pdfium = pdfium;
    this.#buffer = buffer;
  }

  static weigh({ pdfium, page }: Opened): Weight {
    const buffer = pdfium._malloc(BUFFER_BYTES);
    const scale = new PageScale(pdfium, buffer);
    const area = pdfium._FPDF_GetPageWidthF(page) * pdfium._FPDF_GetPageHeightF(page);
    const count = pdfium._FPDFPage_CountObjects(page);
    for (let index = 0; index < count && scale.#objects < MAX_OBJECTS; index += 1) {
      scale.#add(pdfium._FPDFPage_GetObject(page, index), { area, factor: 1, depth: 0, layers: 0 });
    }
    return {
      objects: scale.#objects,
      coverage: area > 0 ? scale.#area / area : 0,
      layers: scale.#layers,
      megapixels: scale.#pixels / MEGAPIXEL,
      jpxMegapixels: scale.#jpxPixels / MEGAPIXEL,
    };
  }

  /** @param place where the object is drawn: the area of the page, and the factor from the object's to it, points² */
  #add(object: number, place: { area: number; factor: number; depth: number; layers: number }) {
    const pdfium = this.#pdfium;
    this.#objects += 1;
    const type = pdfium._FPDFPageObj_GetType(object);
    if (type !== OBJECT.form) {
      const area = Math.min(place.area, this.#box(object) * place.factor);
      const isShading = type === OBJECT.shading;
      this.#area += this.#isLine(object, type)
        ? Math.min(area, place.area * LINE_SHARE)
        : area * (isShading ? SHADING_FACTOR : 1);
    }
    if (type === OBJECT.image) this.#addPicture(object);
    if (type !== OBJECT.form || place.depth === MAX_DEPTH) return;
    const layers = place.layers + (pdfium._FPDFPageObj_HasTransparency(object) ? 1 : 0);
    this.#layers = Math.max(this.#layers, layers);
    const inside = {
      ...place,
      ...{ layers, depth: place.depth + 1, factor: place.factor * this.#scaling(object) },
    };
    const count = pdfium._FPDFFormObj_CountObjects(object);
    for (let index = 0; index < count && this.#objects < MAX_OBJECTS; index += 1)
      this.#add(pdfium._FPDFFormObj_GetObject(object, index), inside);
  }

  #floats(count: number): Float32Array {
    return this.#pdfium.HEAPF32.subarray(this.#buffer >> 2, (this.#buffer >> 2) + count);
  }

  #isLine(object: number, type: number): boolean {
    const fill = this.#buffer;
    if (type !== OBJECT.path || !this.#pdfium._FPDFPath_GetDrawMode(object, fill, fill + 4))
      return false;
    return this.#pdfium.HEAP32[fill >> 2] === 0;
  }

  #box(object: number): number {
    const at = (index: number) => this.#buffer + 4 * index;
    if (!this.#pdfium._FPDFPageObj_GetBounds(object, at(0), at(1), at(2), at(3))) return 0;
    const [left = 0, bottom = 0, right = 0, top = 0] = this.#floats(4);
    return Math.abs((right - left) * (top - bottom));
  }

  /** The factor of areas of a form's matrix. */
  #scaling(form: number): number {
    if (!this.#pdfium._FPDFPageObj_GetMatrix(form, this.#buffer)) return 1;
    const [a = 1, b = 0, c = 0, d = 1] = this.#floats(4);
    return Math.abs(a * d - b * c);
  }

  #addPicture(image: number): void {
    const pdfium = this.#pdfium;
    const at = this.#buffer;
    if (!pdfium._FPDFImageObj_GetImagePixelSize(image, at, at + 4)) return;
    const [width = 0, height = 0] = pdfium.HEAP32.subarray(at >> 2, (at >> 2) + 2);
    const pixels = Math.max(0, width) * Math.max(0, height);
    const filters = pdfium._FPDFImageObj_GetImageFilterCount(image);
    const bytes =
      filters > 0 ? pdfium._FPDFImageObj_GetImageFilter(image, filters - 1, at, BUFFER_BYTES) : 0;
    const name = Buffer.from(pdfium.HEAPU8.subarray(at, at + Math.max(0, bytes - 1)));
    if (name.toString('latin1') === 'JPXDecode') this.#jpxPixels += pixels;
    else this.#pixels += pixels;
  }
}

function costOf(source: Uint8Array, weight: Weight): DecoderHeader['cost'] {
  const { objects, coverage, layers, megapixels, jpxMegapixels } = weight;
  const mib = source.length / MIB;
  return {
    cpuSeconds:
      SECONDS.fixed +
      SECONDS.perMib * mib +
      SECONDS.perObject * objects +
      SECONDS.perImageMegapixel * megapixels +
      SECONDS.perJpxMegapixel * jpxMegapixels,
    memory:
      MEMORY.fixed +
      MEMORY.perMib * mib +
      MEMORY.perObject * objects +
      MEMORY.perImageMegapixel * megapixels +
      MEMORY.perJpxMegapixel * jpxMegapixels,
    perMegapixel: {
      cpuSeconds:
        SECONDS.paper +
        SECONDS.perCoverage * (coverage + LAYER_FACTOR * layers) +
        SECONDS.perObjectDrawn * objects,
      memory: MEMORY.paper + MEMORY.perLayer * layers,
    },
  };
}

export interface HeaderOptions {
  /** From 1. */
  readonly page: number;
  readonly dpi: number;
  readonly hasAlpha: boolean;
}

export function readHeader(
  source: Uint8Array,
  { page, dpi, hasAlpha }: HeaderOptions,
): Promise<DecoderHeader> {
  return withPage(source, page, (opened) => {
    const cost = costOf(source, PageScale.weigh(opened));
    const { pages } = opened;
    return {
      ...sizeOf(opened, dpi),
      channels: hasAlpha ? 4 : 3,
      depth: 8,
      pages,
      density: dpi,
      cost,
    };
  });
}

/** Levels from 0 to 255, alpha from 0 to 1. */
interface Background {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha: number;
}

export interface PixelOptions {
  /** From 1. */
  readonly page: number;
  readonly dpi: number;
  /** Instead of that at `dpi`. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  readonly background: Background;
}

export function readPixels(
  source: Uint8Array,
  { page, dpi, size, background }: PixelOptions,
): Promise<DecodedPixels> {
  return withPage(source, page, (opened) => {
    const { pdfium } = opened;
    const { width, height } = size ?? sizeOf(opened, dpi);
    const isOpaque = background.alpha === 1;
    const format = isOpaque ? BITMAP.opaque : BITMAP.alpha;
    const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, format, 0, 0);
    if (bitmap === 0) throw new PdfError('TOO_LARGE', 'there is not enough memory for its page');
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, colourOf(background));
    const { page: pointer } = opened;
    pdfium._FPDF_RenderPageBitmap(bitmap, pointer, 0, 0, width, height, 0, FLAGS);
    drawFields(opened, bitmap, width, height);
    const shape = { width, height, channels: isOpaque ? 3 : 4 } as const;
    return { ...shape, data: samplesOf(pdfium, bitmap, shape) };
  });
}

/** Fields as they are filled in. Nothing can run: this PDFium has no JavaScript, and nothing answers its calls. */
function drawFields(
  { pdfium, document, page }: Opened,
  bitmap: number,
  width: number,
  height: number,
): void {
  const callbacks = pdfium._malloc(CALLBACKS.bytes);
  if (callbacks === 0) throw new PdfError('TOO_LARGE', 'there is not enough memory for its fields');
  pdfium.HEAPU8.fill(0, callbacks, callbacks + CALLBACKS.bytes);
  pdfium.HEAPU8[callbacks] = CALLBACKS.version;
  const forms = pdfium._FPDFDOC_InitFormFillEnvironment(document, callbacks);
  if (forms === 0) return;
  pdfium._FPDF_SetFormFieldHighlightAlpha(forms, 0);
  pdfium._FPDF_FFLDraw(forms, bitmap, page, 0, 0, width, height, 0, FLAGS);
}

/** 32 bits, in the byte order of the drawing. */
function colourOf({ r, g, b, alpha }: Background): number {
  return ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** A copy of the pixels, which are four bytes each. */
function samplesOf(
  pdfium: Pdfium,
  bitmap: number,
  { width, height, channels }: Omit<DecodedPixels, 'data'>,
): Uint8Array {
  const start = pdfium._FPDFBitmap_GetBuffer(bitmap);
  const stride = pdfium._FPDFBitmap_GetStride(bitmap);
  const { HEAPU8: heap } = pdfium;
  const data = new Uint8Array(width * height * channels);
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    let from = start + y * stride;
    for (let x = 0; x < width; x += 1, from += 4) {
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        data[to] = heap[from + channel] ?? 0;
      }
    }
  }
  return data;
}
