export { ImagePipeline, type ImagePipelineArgs } from './image-pipeline.ts';
