export type { ConsolePipeline } from './console-pipeline.ts';
export { OutcomeStream } from './live.ts';
export type { Activity, History, RecipeInfo, StackChange, StackInfo } from './schemas.ts';
export { startApi, type Api } from './start-api.ts';
export { UploadIndex } from './upload-index.ts';
