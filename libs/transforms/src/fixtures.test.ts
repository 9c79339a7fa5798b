import path from 'node:path';
import { builtinTransforms } from './builtin/index.ts';
import { testFixtures } from './testing/fixtures.ts';

testFixtures(path.join(import.meta.dirname, '../fixtures'), builtinTransforms);
