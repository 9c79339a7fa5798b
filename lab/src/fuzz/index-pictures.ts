export { CORPUS } from '../hostile/corpus/corpus.ts';
export { PLANTED, type HostileItem } from '../hostile/corpus/hostile-upload.ts';
export {
  describeFinding,
  fuzzPictures,
  type Finding,
  type FuzzFigures,
  type FuzzOptions,
} from './fuzz-images.ts';
