/** What a recipe is for and what it makes, as far as a client needs to know. */
export interface RecipeInfo {
  readonly name: string;
  readonly match: {
    readonly prefix: string;
    /** The key ends in one of these; absent where any ending will do. */
    readonly suffixes?: readonly string[];
  };
  /** Names of the variants, in the recipe's order. */
  readonly variants: readonly string[];
}

/** Body of `GET /api/stack` (docs/contract.md, "Local stack"). */
export interface StackInfo {
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** Of the embedded S3 and SQS, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** The first whose match holds is the one that is used. */
  readonly recipes: readonly RecipeInfo[];
}
