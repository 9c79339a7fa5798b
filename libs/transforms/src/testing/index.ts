export { tiffPage } from '../engine/inspect/tiff-page.ts';
export { difference } from './compare.ts';
export { inDigits } from './in-digits.ts';
export { renderAll, renderOne, renderSheet } from './render.ts';
export { animatedSample, sample, type SampleOptions } from './samples.ts';
export { paintScene, seededRandom } from './scene.ts';
export { ultraHdrSample } from './ultra-hdr.ts';
