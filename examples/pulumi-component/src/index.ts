import { gallery } from './gallery.ts';

/** The program of `Pulumi.yaml`. */
export default () => gallery();
