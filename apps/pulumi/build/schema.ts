/** Writes the committed schema of the Pulumi package. `npm run docs` runs it, and a test of the laboratory compares. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as prettier from 'prettier';
import { PACKAGE_SCHEMA, packageSchema } from './package-schema.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');
const file = path.join(PROJECT, PACKAGE_SCHEMA);
const options = { ...(await prettier.resolveConfig(file)), filepath: file };
const text = JSON.stringify(packageSchema(path.resolve(PROJECT, '../..')));
writeFileSync(file, await prettier.format(text, options));
