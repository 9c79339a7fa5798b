import { recipeHash, type Limits, type Recipe } from '@darkroom/pipeline';
import type { BucketReader } from './bucket-reader.ts';

/** The two buckets, and what should be in the second one. */
export class Comparison {
  readonly sources: BucketReader;
  readonly outputs: BucketReader;
  readonly recipes: readonly Recipe[];
  /** Only sources whose key begins so, and the outputs of such. */
  readonly prefix: string;
  readonly #hashes: ReadonlyMap<Recipe, string>;

  constructor(options: {
    readonly sources: BucketReader;
    readonly outputs: BucketReader;
    readonly recipes: readonly Recipe[];
    readonly limits: Limits;
    readonly prefix: string;
  }) {
    this.sources = options.sources;
    this.outputs = options.outputs;
    this.recipes = options.recipes;
    this.prefix = options.prefix;
    this.#hashes = new Map(
      options.recipes.map((recipe) => [recipe, recipeHash(recipe, options.limits)]),
    );
  }

  /** One of `recipes`. */
  hashOf(recipe: Recipe): string | undefined {
    return this.#hashes.get(recipe);
  }

  /** Objects of one folder that are worth remembering: with one more than the recipe can make, it does not agree. */
  get objectsWorthKeeping(): number {
    return Math.max(...this.recipes.map(({ variants }) => variants.length)) + 2;
  }
}
