import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputSchema, type ManifestOutput } from '../contract/manifest.ts';
import { outputMetadata } from '../contract/metadata.ts';
import { labelled, readLabel } from './output-label.ts';

const origin = {
  sourceETag: 'd41d8cd98f00b204e9800998ecf8427e-3',
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
    'source-etag': origin.sourceETag,
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

describe('it says nothing', () => {
  test('where it would be too long for S3', () => {
    const metadata = labelled({ ...output, facts: { text: 'x'.repeat(2000) } }, origin);
    expect(metadata).not.toHaveProperty('output');
    expect(metadata['source-etag']).toBe(origin.sourceETag);
    expect(readLabel(metadata, origin)).toBeUndefined();
  });

  test.each(['source-key', 'recipe', 'recipe-hash', 'source-etag'])(
    'to one with another %s',
    (name) => {
      const metadata = labelled(output, origin);
      expect(readLabel(metadata, origin)).toEqual(label);
      expect(readLabel({ ...metadata, [name]: 'another' }, origin)).toBeUndefined();
    },
  );
});
