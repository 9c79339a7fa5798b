import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ManifestOutput, outputSchema } from './manifest.ts';
import { labelled, outputMetadata, readLabel } from './metadata.ts';

test('an object tells where it comes from', () => {
  expect(outputMetadata('uploads/süße Katze+1.jpg', 'photos', '0123456789abcdef')).toEqual({
    'source-key': 'uploads/s%C3%BC%C3%9Fe%20Katze%2B1.jpg',
    recipe: 'photos',
    'recipe-hash': '0123456789abcdef',
  });
});

test('a key that is too long for a header stands as its hash', () => {
  const metadata = outputMetadata('猫'.repeat(341), 'photos', '0123456789abcdef');
  expect(metadata).not.toHaveProperty('source-key');
  expect(metadata['source-key-sha256']).toMatch(/^[0-9a-f]{64}$/);
});

test('it fits into S3’s 2 KB of ASCII, whatever the key is', () => {
  const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 1024 });
  fc.assert(
    fc.property(key, (given) => {
      const entries = Object.entries(outputMetadata(given, 'r'.repeat(64), '0123456789abcdef'));
      expect(entries.flat().join('')).toMatch(/^[\x20-\x7e]*$/);
      expect(entries.flat().join('').length).toBeLessThanOrEqual(2048);
    }),
  );
});

const origin = {
  sourceSha256: 'c'.repeat(64),
  metadata: outputMetadata('uploads/a.jpg', 'photos', '0123456789abcdef'),
};
const output: Omit<ManifestOutput, 'eTag'> = {
  variant: 'thumb',
  key: 'uploads/a.jpg/thumb.webp',
  format: 'webp',
  contentType: 'image/webp',
  width: 80,
  height: 60,
  bytes: 1234,
  sha256: 'a'.repeat(64),
};
const { key: _key, contentType: _contentType, ...label } = output;

test('an output says which upload it is made of, and what a manifest has to know', () => {
  expect(labelled(output, origin)).toEqual({
    ...origin.metadata,
    'source-sha256': origin.sourceSha256,
    output: JSON.stringify(label),
  });
});

test('it is read as it was written, in ASCII without spaces', () => {
  const facts = fc.dictionary(fc.string({ unit: 'binary', maxLength: 9 }), fc.jsonValue(), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(facts, (given) => {
      const parsed = JSON.parse(JSON.stringify(given)) as ManifestOutput['facts'];
      const metadata = labelled({ ...output, facts: parsed }, origin);
      const inManifest = outputSchema.parse({ ...output, eTag: 'e', facts: parsed }).facts;
      expect(Object.values(metadata).join('')).toMatch(/^[\x21-\x7e]*$/);
      expect(Object.entries(metadata).flat().join('').length).toBeLessThanOrEqual(2048);
      if (metadata['output'] !== undefined)
        expect(JSON.stringify(readLabel(metadata, origin)?.facts)).toBe(JSON.stringify(inManifest));
    }),
  );
});

test('2,048 bytes of names and values are enough, and one more is too much', () => {
  const withText = (length: number) =>
    labelled({ ...output, facts: { text: 'x'.repeat(length) } }, origin);
  const bytesOf = (metadata: object) =>
    Object.entries(metadata).reduce((sum, [name, value]) => sum + `${name}${value}`.length, 0);
  const fits = 2048 - bytesOf(withText(0));
  expect(withText(fits)).toHaveProperty('output');
  expect(bytesOf(withText(fits))).toBe(2048);
  expect(withText(fits + 1)).not.toHaveProperty('output');
});

test('choices of the upload are said only if there are any, and have to agree', () => {
  const chosen = { ...origin, choices: '{"focus":{"x":0,"y":1}}' };
  expect(labelled(output, origin)).not.toHaveProperty('source-choices');
  const metadata = labelled(output, chosen);
  expect(metadata).toMatchObject({ 'source-choices': chosen.choices });
  expect(readLabel(metadata, chosen)).toEqual(label);
  expect(readLabel(metadata, origin)).toBeUndefined();
  expect(readLabel(labelled(output, origin), chosen)).toBeUndefined();
});

describe('it says nothing', () => {
  test('where it would be too long for S3', () => {
    const metadata = labelled({ ...output, facts: { text: 'x'.repeat(2000) } }, origin);
    expect(metadata).not.toHaveProperty('output');
    expect(metadata['source-sha256']).toBe(origin.sourceSha256);
    expect(readLabel(metadata, origin)).toBeUndefined();
  });

  test.each(['source-key', 'recipe', 'recipe-hash', 'source-sha256'])(
    'to one with another %s',
    (name) => {
      const metadata = labelled(output, origin);
      expect(readLabel(metadata, origin)).toEqual(label);
      expect(readLabel({ ...metadata, [name]: 'another' }, origin)).toBeUndefined();
    },
  );
});
