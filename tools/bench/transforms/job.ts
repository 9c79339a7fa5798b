import type { JpegOptions, WebpOptions } from 'sharp';

/** The job of every contestant: upright by EXIF, these widths, each as WebP and as JPEG. */
export const WIDTHS = [320, 640, 1280, 1920] as const;
export const FORMATS = ['webp', 'jpeg'] as const;
export const QUALITY = 80;

type Format = (typeof FORMATS)[number];

export interface Output {
  /** Also the name of its file. */
  readonly name: string;
  /** Pixels, at most: nothing is enlarged. */
  readonly width: number;
  readonly format: Format;
}

export const OUTPUTS: readonly Output[] = WIDTHS.flatMap((width) =>
  FORMATS.map((format) => ({ name: `${width}-${format}`, width, format })),
);

/** How hard the encoders work, in sharp's terms. */
export interface EncoderSettings {
  readonly jpeg: JpegOptions;
  readonly webp: WebpOptions;
}

/** What the engine does for `effort: balanced`; a test holds the engine's bytes against it. */
export const BALANCED: EncoderSettings = {
  jpeg: { quality: QUALITY, chromaSubsampling: '4:2:0', quantisationTable: 3, progressive: true },
  webp: { quality: QUALITY, effort: 4 },
};

/** What sharp does when only the quality is given. */
export const SHARPS_OWN: EncoderSettings = {
  jpeg: { quality: QUALITY },
  webp: { quality: QUALITY },
};
