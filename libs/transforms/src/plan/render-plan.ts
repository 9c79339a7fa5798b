import type { Action, Shape } from '../bound-transform.ts';
import type { SharpSlot } from '../sharp-order.ts';
import type { VariantSettings } from './variant-settings.ts';

/** How the upload is decoded for some of the variants. */
export interface DecodeMode {
  /** All frames, for a format that holds them; else the first one. */
  readonly animated: boolean;
  /** Colours as the file has them, their profile handed on; else sRGB. */
  readonly keepColours: boolean;
  /** Bits per channel that the steps work with. */
  readonly depth: 8 | 16;
}

/** One step of a variant, or a scaling that the planner added for several of them (`transform` is `scale`). */
export interface Operation {
  readonly transform: string;
  readonly bound: Action;
  /** Variants that the operation is for. */
  readonly variants: readonly string[];
  /** Index into the variants' steps, from 0; for a shared one, the first variant's. */
  readonly step: number;
  readonly input: Shape;
  readonly output: Shape;
  /** `output` is the most that its pixels can be. */
  readonly measured?: boolean;
  /** sharp's operations that it uses; left out where they are unknown. */
  readonly slots?: readonly SharpSlot[];
}

/** Where a stage's pixels come from: the upload, or the stage with that id. */
export type StageInput = 'upload' | number;

interface CommonStage {
  /** Index into the plan's stages. */
  readonly id: number;
  readonly input: StageInput;
  readonly mode: DecodeMode;
  /** In the declared order, which in here is sharp's order too: one sharp pipeline. */
  readonly operations: readonly Operation[];
  readonly shape: Shape;
}

/** A stage that ends in raw pixels in memory. */
export interface PixelStage extends CommonStage {
  readonly kind: 'pixels';
  /** Why the pixels are laid down here and not handed on as they come. */
  readonly barrier: string;
}

/** A stage that ends in a variant's file. */
export interface FileStage extends CommonStage {
  readonly kind: 'file';
  readonly variant: string;
  readonly settings: VariantSettings;
  /** `fit` of the variant's last resize. */
  readonly fit?: string;
}

/** A stage that ends in the placeholder, upright and at most 100×100 pixels. */
export interface PlaceholderStage extends CommonStage {
  readonly kind: 'placeholder';
}

export type Stage = PixelStage | FileStage | PlaceholderStage;

/** A part of the plan that waits for the size of a stage's pixels. */
export interface Unmeasured {
  /** The stage, whose shape tells the most that its pixels can be. */
  readonly stage: number;
  readonly variants: readonly string[];
  /** Completes the plan once the size is known, pixels. @throws as `makePlan` */
  complete(size: { readonly width: number; readonly height: number }): RenderPlan;
}

/** What will be done for one upload; every stage follows its input. */
export interface RenderPlan {
  readonly stages: readonly Stage[];
  readonly unmeasured: readonly Unmeasured[];
}
