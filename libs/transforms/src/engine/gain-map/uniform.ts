import type { GainMapMetadata, PerChannel } from './gain-map-metadata.ts';

/** What a value of the map becomes, 256 for each channel. */
export type Tables = readonly [Uint8Array, Uint8Array, Uint8Array];

export interface Uniform {
  /** One value for all channels. */
  readonly metadata: GainMapMetadata;
  /** Where the map's own values do not mean the same any more. */
  readonly tables?: Tables;
}

const isOne = ([red, green, blue]: PerChannel) => red === green && green === blue;
const all = (value: number): PerChannel => [value, value, value];

/**
 * The same gains said by one range and gamma for all channels, since files for readers of XMP hold one. Values are
 * `(log2 gain - least) / (greatest - least)`, to the power of gamma (Ultra HDR image format 1.1, "Gain map generation").
 */
export function uniform(metadata: GainMapMetadata): Uniform {
  const { gainMapMin, gainMapMax, gamma } = metadata;
  if ([gainMapMin, gainMapMax, gamma].every(isOne)) return { metadata };
  const [least, greatest] = [Math.min(...gainMapMin), Math.max(...gainMapMax)];
  const table = (channel: 0 | 1 | 2) =>
    Uint8Array.from({ length: 256 }, (_, value) => {
      const recovery = (value / 255) ** (1 / gamma[channel]);
      const gain = gainMapMin[channel] + recovery * (gainMapMax[channel] - gainMapMin[channel]);
      return greatest === least ? 0 : Math.round((255 * (gain - least)) / (greatest - least));
    });
  return {
    metadata: { ...metadata, gainMapMin: all(least), gainMapMax: all(greatest), gamma: all(1) },
    tables: [table(0), table(1), table(2)],
  };
}
