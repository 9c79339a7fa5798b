export { catalog, decodersOf, readersOf, RECIPE_FORMATS, useOwnTransforms } from './catalog.ts';
export { type Choices, readChoices, sameChoices } from './contract/choices.ts';
export {
  CODES,
  isRejection,
  isRetryable,
  PipelineError,
  toPipelineError,
  verdictOf,
  type Code,
  type RejectionCode,
} from './contract/codes.ts';
export { LONG_PREFIX, MAX_KEY_BYTES, outputKeys } from './contract/keys.ts';
export { checkBytes, limitsSchema, type Limits } from './contract/limits.ts';
export {
  formatManifest,
  manifestSchema,
  mayBeRetried,
  parseManifest,
  type DoneManifest,
  type Manifest,
  type ManifestOutput,
} from './contract/manifest.ts';
export { outputMetadata } from './contract/metadata.ts';
export { isSameSource, type SourceIdentity } from './contract/source-identity.ts';
export {
  LOG_QUERIES,
  metricDimensions,
  METRICS,
  METRICS_NAMESPACE,
  type LogQuery,
} from './contract/observability.ts';
export {
  outcomeEvent,
  outcomeEventSchema,
  type EventOutcome,
  type OutcomeEvent,
} from './contract/outcome-event.ts';
export {
  hasRightOutcome,
  outcomeFileSchema,
  type MakeOutcome,
  type OutcomeFile,
} from './contract/outcome-file.ts';
export { imagesAtOnce, memoryWarning, uploadMemory } from './memory.ts';
export { check, type Checked, type Problem } from './recipe/problems.ts';
export { earlierRecipeHashes, recipeHash } from './recipe/recipe-hash.ts';
export {
  recipeSchema,
  recipesSchema,
  selectRecipe,
  type Matching,
  type Recipe,
} from './recipe/recipe.ts';
export {
  pinSideFiles,
  SIDE_FILES_FOLDER,
  SideFileError,
  sideFilesFrom,
  sideFilesOf,
} from './recipe/side-files.ts';
export { encodeSchema, variantStepSchema } from './recipe/steps.ts';
export type { RecipeVariant } from './recipe/variant.ts';
export { describeUpload, type UsedLimit } from './reconcile/describe-upload.ts';
export { inspectUpload } from './reconcile/pages.ts';
export { mostOutputs } from './recipe/pages.ts';
export { partsIn } from './recipe/part-range.ts';
export { packageParts } from './stack/package-parts.ts';
export { NeedsIsolation, ProcessEnded } from './reconcile/isolation.ts';
export { MemoryBudget } from './reconcile/memory-budget.ts';
export type {
  FoundObject,
  GetResult,
  ObjectHead,
  ObjectStore,
  PutOptions,
} from './reconcile/object-store.ts';
export {
  isUpToDate,
  reconcile,
  type ReconcileContext,
  type ReconcileOutcome,
  type Wanted,
} from './reconcile/reconcile.ts';
export { deliveredFiles, deliveryChoices, type RecipeChoices } from './stack/delivery.ts';
export { makeOutcomeOf } from './stack/public-variants.ts';
export {
  formatEnvironment,
  parseEnvironment,
  RECIPES_FILE,
  transportRecipes,
  type Environment,
  type RecipesTransport,
} from './stack/environment.ts';
export {
  LAMBDA_GB_SECOND,
  OWN_TAG_PREFIX,
  type AlarmReceiver,
  type Cors,
} from './stack/settings-sections.ts';
export {
  OwnTransformError,
  ownTransforms,
  TRANSFORMS_FILE,
  type OwnTransformModules,
} from './stack/own-transforms.ts';
export {
  oldestMessageAlarm,
  parseSettings,
  SettingsError,
  settingsSchema,
  type Settings,
  type SettingsInput,
} from './stack/settings.ts';
export {
  backOff,
  CLOSING_MS,
  CONNECTION_TIMEOUT_MS,
  longestBackOff,
  REQUEST_TIMEOUT_MS,
  visibilityTimeout,
} from './stack/timing.ts';
export {
  formatWebhookEnvironment,
  formatWebhookReceiver,
  parseWebhookEnvironment,
  parseWebhookReceiver,
  WEBHOOK,
  WEBHOOK_ATTEMPTS,
  type WebhookReceiver,
} from './stack/webhook.ts';
