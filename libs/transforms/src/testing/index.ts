export { animatedSample, sample, type AnimationOptions, type SampleOptions } from './samples.ts';
export { difference, type Difference } from './compare.ts';
export { paintScene, type Scene } from './scene.ts';
export { seededRandom } from './random.ts';
export { renderAll, renderOne, type RenderedAll } from './render.ts';
export { ultraHdrSample, type UltraHdrOptions } from './ultra-hdr.ts';
export { logoOnly } from './side-files.ts';
