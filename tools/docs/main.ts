import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generatedFiles } from './generated-files.ts';
import { makePictures } from './pictures.ts';

const CHECKOUT = path.join(import.meta.dirname, '../..');
const PICTURES = path.join(CHECKOUT, 'docs/pictures');

const files = await generatedFiles();
const pictures = await makePictures();
await rm(PICTURES, { recursive: true, force: true });
await mkdir(PICTURES, { recursive: true });
await Promise.all([
  ...files.map((file) => writeFile(path.join(CHECKOUT, file.path), file.text)),
  ...pictures.map(({ name, bytes }) => writeFile(path.join(PICTURES, name), bytes)),
]);
console.log(`wrote ${files.map((file) => file.path).join(', ')} and ${pictures.length} pictures`);
