import { montage, type MontageOptions, sheetLayout } from '../builtin/montage.ts';
import { isTranslucent } from '../builtin/shared/colour.ts';
import type { DecodeCost } from '../cost/decode-cost.ts';
import {
  NO_PLACEHOLDER,
  type EstimateRequest,
  type PlannedCell,
  type Size,
  type SourceFacts,
  type SourceFormat,
  type Step,
  type Variant,
} from '../image-engine.ts';

const MIB = 1024 * 1024;
/** CPU seconds to write and read a cell of any size, and for each MiB of the cells and the sheet (measured). */
const CELL_SECONDS = 0.002;
const JOINING_SECONDS_PER_MIB = 0.01;
/** What a PNG has besides its samples: the filters of rows, heads and a profile. */
const FILE_BYTES = 1_000_000;

/** The options of the step that makes the sheet. */
export function montageOf(steps: readonly Step[]): MontageOptions {
  const step = steps.find(({ transform }) => transform === montage.name);
  return montage.options.parse(step?.options ?? {});
}

/** A sheet before it is made. */
export interface PlannedSheet {
  readonly variant: Variant;
  /** What the engine makes of it. */
  readonly request: EstimateRequest;
  readonly cells: readonly PlannedCell[];
  /** Bytes that the cells may have. Memory is reserved for so many. */
  readonly cellBytes: number;
  /** The cells are joined: MiB that are held meanwhile, and CPU seconds. */
  readonly joining: DecodeCost;
  /** The sizes of all cells are exact. */
  readonly isExact: boolean;
}

function bytesOf({ width, height, hasAlpha, depth }: Omit<PlannedCell, 'variant' | 'isExact'>) {
  return (width * height * (hasAlpha ? 4 : 3) * depth) / 8;
}

/**
 * @param cells of the variant, in order, at least one
 * @param upload whose pages or frames they show
 */
export function planSheet(
  { frame: _, ...variant }: Variant,
  cells: readonly PlannedCell[],
  {
    facts: upload,
    recipe,
    effort,
    concurrency,
  }: Pick<EstimateRequest, 'facts' | 'recipe' | 'effort' | 'concurrency'>,
): PlannedSheet {
  const options = montageOf(variant.steps);
  const { width, height } = sheetLayout(cells, options);
  const hasAlpha = isTranslucent(options.background);
  const depth = cells.some((cell) => cell.depth === 16) ? 16 : 8;
  const pixels = bytesOf({ width, height, hasAlpha, depth });
  const facts = sheetFacts({ width, height, hasAlpha, depth }, upload.format);
  const cellBytes = cells.reduce((sum, cell) => sum + bytesOf(cell) + cell.height, 0);
  return {
    variant,
    request: {
      ...{ facts, recipe, variants: [variant], placeholder: NO_PLACEHOLDER, effort },
      ...(concurrency !== undefined && { concurrency }),
    },
    cells,
    cellBytes: cellBytes + cells.length * FILE_BYTES,
    joining: {
      cpuSeconds:
        CELL_SECONDS * cells.length + (JOINING_SECONDS_PER_MIB * (cellBytes + pixels)) / MIB,
      // The cells, the pixels of the sheet, and the file of these.
      memory: (cellBytes + 2 * pixels + FILE_BYTES) / MIB,
    },
    isExact: cells.every((cell) => cell.isExact),
  };
}

/** The facts of a sheet that is not there yet. */
function sheetFacts(
  { width, height, hasAlpha, depth }: Size & { readonly hasAlpha: boolean; readonly depth: 8 | 16 },
  sheetOf: SourceFormat,
): SourceFacts {
  const bytes = Math.ceil(bytesOf({ width, height, hasAlpha, depth })) + height;
  return {
    ...{ format: 'png', width, height, orientation: 1, pages: 1, sheetOf },
    ...{ bytes, hasAlpha, progressive: false },
    coding: { depth, space: 'rgb', profile: 'none' },
    structure: {
      ...{ format: 'png', bytes, width, height, depth, colourType: hasAlpha ? 6 : 2 },
      ...{ interlaced: false, alpha: hasAlpha, chunks: 3, frames: 1 },
    },
  };
}
