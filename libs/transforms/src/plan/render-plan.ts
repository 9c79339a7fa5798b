import type { Action, Shape } from '../bound-transform.ts';
import type { Size, SkippedVariant } from '../image-engine.ts';
import type { Display } from '../display/display.ts';
import type { SharpSlot } from '../sharp-order.ts';
import type { VariantSettings } from './variant-settings.ts';

/** How the upload is decoded for a group of variants. */
export interface DecodeMode {
  /** All frames if the format supports them; otherwise the first one. */
  readonly animated: boolean;
  /** Keeps the file's colours and profile; otherwise converts to sRGB. */
  readonly keepColours: boolean;
  /** Bits per channel that the steps work with. */
  readonly depth: 8 | 16;
  /** How values of the file are shown; left out: as the file says. */
  readonly display?: Display;
}

/** One step of a variant, or a scaling that the planner added for several of them (`transform` is `scale`). */
export interface Operation {
  readonly transform: string;
  /** Of the step; of a scaling, its size. Plain JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly bound: Action;
  /** Variants that the operation is for. */
  readonly variants: readonly string[];
  /** Index into the variants' steps, from 0; for a shared one, the first variant's. */
  readonly step: number;
  readonly input: Shape;
  readonly output: Shape;
  /** `output` is the maximum size; the pixels decide about the real size. */
  readonly measured?: boolean;
  /** sharp operations that it uses; left out if unknown. */
  readonly slots?: readonly SharpSlot[];
}

/** Source of a stage's pixels: the upload, or the stage with that id. */
export type StageInput = 'upload' | number;

interface CommonStage {
  /** Index into the plan's stages. */
  readonly id: number;
  readonly input: StageInput;
  readonly mode: DecodeMode;
  /** Operations of one sharp pipeline, in the declared order, which matches sharp's order. */
  readonly operations: readonly Operation[];
  readonly shape: Shape;
  /** The operations work in the colours of the upload's profile. The resulting pixels are converted to sRGB. */
  readonly convertsLast?: boolean;
}

/** A stage that ends in raw pixels in memory. */
export interface PixelStage extends CommonStage {
  readonly kind: 'pixels';
  /** Why the pixels are materialised here. */
  readonly barrier: string;
}

/** A stage that ends in a variant's file. */
export interface FileStage extends CommonStage {
  readonly kind: 'file';
  readonly variant: string;
  readonly settings: VariantSettings;
  /** The file has the data of the upload, if that can be read: the pixels stay as the upload stores them. */
  readonly stored?: true;
  /** Of a cell: its shape if steps that measure leave the whole picture. */
  readonly declared?: Shape;
  /** `fit` of the variant's last resize. */
  readonly fit?: string;
  /** Pixels per inch that the file states; left out: none. */
  readonly density?: number;
}

/** A stage that ends in the placeholder, upright and small. */
export interface PlaceholderStage extends CommonStage {
  readonly kind: 'placeholder';
}

export type Stage = PixelStage | FileStage | PlaceholderStage;

/** A part of the plan that depends on the measured size of a stage's pixels. */
export interface Unmeasured {
  /** Id of the stage. Its shape is the maximum size of its pixels. */
  readonly stage: number;
  readonly variants: readonly string[];
  /** Those that are files. */
  readonly files: readonly Pick<FileStage, 'variant' | 'settings' | 'declared'>[];
  /** Completes the plan once the size is known, pixels. More variants may be skipped then. @throws as `makePlan` */
  complete(size: { readonly width: number; readonly height: number }): RenderPlan;
}

/** The plan for one upload. Every stage comes after its input. */
export interface RenderPlan {
  readonly stages: readonly Stage[];
  readonly unmeasured: readonly Unmeasured[];
  /** Variants that cannot be made; the stages contain nothing for them. */
  readonly skipped: readonly SkippedVariant[];
  /** The size at which the upload, a drawing, is decoded. Left out: its own. */
  readonly drawn?: Size | undefined;
}
