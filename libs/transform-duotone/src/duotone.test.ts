import path from 'node:path';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { testFixtures } from '@darkroom/transforms/fixtures';
import { difference, renderOne, sample } from '@darkroom/transforms/testing';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { duotone } from './duotone.ts';

const transforms = [...builtinTransforms, duotone];
const catalog = createCatalog(transforms);
const engine = createEngine({ catalog });

testFixtures(path.join(import.meta.dirname, '../fixtures'), transforms);

test('from black to white is grey', async () => {
  const photo = await sample({ width: 64, height: 48 });
  const grey = await renderOne(engine, catalog, photo, [
    { duotone: { shadow: 'black', highlight: 'white' } },
    { encode: 'png' },
  ]);
  const again = await renderOne(engine, catalog, grey.bytes, ['grayscale', { encode: 'png' }]);
  expect((await difference(grey.bytes, again.bytes)).largest).toBeLessThanOrEqual(1);
});

test('rejects an invalid colour with its path', () => {
  const { error } = catalog.stepSchema.safeParse({ duotone: { shadow: 'darkish' } });
  expect(error?.issues[0]).toMatchObject({ path: ['duotone', 'shadow'] });
});

// Recipes depend on the options. After an intended change, run `npx vitest run -u`.
test('has these options', () => {
  expect(z.toJSONSchema(duotone.options, { io: 'input' })).toMatchInlineSnapshot(`
    {
      "$defs": {
        "colour": {
          "anyOf": [
            {
              "type": "string",
            },
            {
              "additionalProperties": false,
              "properties": {
                "alpha": {
                  "default": 1,
                  "maximum": 1,
                  "minimum": 0,
                  "type": "number",
                },
                "b": {
                  "maximum": 255,
                  "minimum": 0,
                  "type": "integer",
                },
                "g": {
                  "maximum": 255,
                  "minimum": 0,
                  "type": "integer",
                },
                "r": {
                  "maximum": 255,
                  "minimum": 0,
                  "type": "integer",
                },
              },
              "required": [
                "r",
                "g",
                "b",
              ],
              "type": "object",
            },
          ],
          "description": "A CSS colour (\`white\`, \`#8a6f52\`, \`#8a6f5280\`, \`rgb(138, 111, 82)\`, \`transparent\`), or \`{ r, g, b, alpha }\` with channels 0 to 255 and alpha 0 to 1.",
        },
      },
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "additionalProperties": false,
      "description": "Maps the picture to two colours: one for shadows, one for highlights.",
      "examples": [
        {
          "highlight": "#fde047",
          "shadow": "#3b0764",
        },
      ],
      "properties": {
        "highlight": {
          "$ref": "#/$defs/colour",
          "default": "#ffd8a8",
          "description": "Colour for white; opaque.",
        },
        "shadow": {
          "$ref": "#/$defs/colour",
          "default": "#1c2a5e",
          "description": "Colour for black; opaque.",
        },
      },
      "type": "object",
    }
  `);
});
