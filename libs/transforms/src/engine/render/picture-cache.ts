import type { PixelStage, RenderPlan, Stage } from '../../plan/render-plan.ts';
import type { Picture } from './picture.ts';

/** Makes each stage's pixels once, on first use, and frees them after the last use. */
export class PictureCache {
  #stages: RenderPlan['stages'] = [];
  readonly #make: (stage: PixelStage) => Promise<Picture>;
  readonly #made = new Map<number, Promise<Picture>>();
  readonly #users = new Map<number, number>();

  constructor(plan: RenderPlan, make: (stage: PixelStage) => Promise<Picture>) {
    this.#make = make;
    this.extend(plan);
  }

  /** Adds the new stages of a completed plan. */
  extend({ stages }: RenderPlan): void {
    for (const { input } of stages.slice(this.#stages.length)) {
      if (input !== 'upload') this.#users.set(input, (this.#users.get(input) ?? 0) + 1);
    }
    this.#stages = stages;
  }

  /** Returns a stage's pixels and keeps them for the stages that `extend` adds. */
  async peek(id: number): Promise<Picture> {
    return this.#get(id);
  }

  /** Runs `use` with the stage's input pixels; `undefined` if the input is the upload. */
  async with<T>({ input }: Stage, use: (picture: Picture | undefined) => Promise<T>): Promise<T> {
    if (input === 'upload') return use(undefined);
    try {
      return await use(await this.#get(input));
    } finally {
      this.#release(input);
    }
  }

  /** Skips a stage. Pixels that only this stage needs are not made. */
  leave({ input }: Stage): void {
    if (input === 'upload') return;
    const isMade = this.#made.has(input);
    const isLast = this.#release(input);
    const stage = this.#stages[input];
    if (isLast && !isMade && stage) this.leave(stage);
  }

  /** @returns whether this was the last user */
  #release(input: number): boolean {
    const users = (this.#users.get(input) ?? 1) - 1;
    this.#users.set(input, users);
    if (users > 0) return false;
    this.#made.delete(input);
    return true;
  }

  #get(id: number): Promise<Picture> {
    const known = this.#made.get(id);
    if (known) return known;
    const stage = this.#stages[id];
    if (stage?.kind !== 'pixels') throw new Error(`stage ${id} yields no pixels`);
    const made = this.#make(stage);
    this.#made.set(id, made);
    return made;
  }
}
