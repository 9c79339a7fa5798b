// What Pulumi loads, by `require`: Node strips the types of the rest itself (22.18 or later).
import { startPack } from './src/pack.ts';

startPack();
