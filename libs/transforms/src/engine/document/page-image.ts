/** A picture as a PDF contains it: a stream that readers decode by its filter (ISO 32000-1, 7.4 and 8.9.5). */
export interface PageImage {
  /** Pixels as stored. */
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly filter: 'DCTDecode' | 'FlateDecode' | 'CCITTFaxDecode';
  /** Parameters of the filter. */
  readonly parameters?: Readonly<Record<string, number | boolean>>;
  readonly components: 1 | 3 | 4;
  readonly bits: 1 | 8;
  /** Its profile; left out: the colours of the device, which readers show as sRGB. */
  readonly icc?: Uint8Array;
  /** Samples of 0 are the most light, as Adobe stores CMYK. */
  readonly isInverted?: boolean;
}

export const COMPONENTS = [1, 3, 4] as const;

export function isComponents(count: number): count is PageImage['components'] {
  return COMPONENTS.some((known) => known === count);
}
