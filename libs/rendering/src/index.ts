export { renderAll, RenderPool } from './render-pool.ts';
export type {
  ComparedVariant,
  RenderedComparison,
  RenderedPhoto,
  RenderedVariant,
  RenderTask,
} from './render-photo.ts';
