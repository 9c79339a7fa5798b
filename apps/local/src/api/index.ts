export { startApi, type Api, type ApiOptions } from './start-api.ts';
export type { RecipeInfo, StackInfo } from './stack-info.ts';
