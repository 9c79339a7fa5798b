export { ImagePipeline } from '@darkroom/infra';
