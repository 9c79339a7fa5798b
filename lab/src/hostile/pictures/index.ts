export { CORPUS } from './corpus/index.ts';
export { PLANTED, type HostileItem } from './corpus/item.ts';
export {
  describeFinding,
  fuzzPictures,
  type Finding,
  type FuzzFigures,
  type FuzzOptions,
} from './fuzz/fuzz-pictures.ts';
