import type { PixelStage, RenderPlan, Stage } from '../../plan/render-plan.ts';
import type { Picture } from './picture.ts';

/** Makes each stage's pixels once, when the first needs them, and forgets them when the last has used them. */
export class PictureCache {
  #stages: RenderPlan['stages'] = [];
  readonly #make: (stage: PixelStage) => Promise<Picture>;
  readonly #made = new Map<number, Promise<Picture>>();
  readonly #users = new Map<number, number>();

  constructor(plan: RenderPlan, make: (stage: PixelStage) => Promise<Picture>) {
    this.#make = make;
    this.extend(plan);
  }

  /** The plan has grown: its stages go on from those that are known. */
  extend({ stages }: RenderPlan): void {
    for (const { input } of stages.slice(this.#stages.length)) {
      if (input !== 'upload') this.#users.set(input, (this.#users.get(input) ?? 0) + 1);
    }
    this.#stages = stages;
  }

  /** A stage's pixels, which stay until the stages that `extend` brings have used them. */
  async peek(id: number): Promise<Picture> {
    return this.#get(id);
  }

  /** Runs `use` with the stage's input pixels; `undefined` stands for the upload. */
  async with<T>({ input }: Stage, use: (picture: Picture | undefined) => Promise<T>): Promise<T> {
    if (input === 'upload') return use(undefined);
    try {
      return await use(await this.#get(input));
    } finally {
      this.#release(input);
    }
  }

  /** The stage is not run; what was to be made for it alone never is. */
  leave({ input }: Stage): void {
    if (input === 'upload') return;
    const isMade = this.#made.has(input);
    const isLast = this.#release(input);
    const stage = this.#stages[input];
    if (isLast && !isMade && stage) this.leave(stage);
  }

  /** @returns whether that was the last that needed it */
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
