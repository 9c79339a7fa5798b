import path from 'node:path';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { testFixtures } from '@darkroom/transforms/fixtures';
import { animatedSample, renderOne, sample } from '@darkroom/transforms/testing';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { pixelate } from './pixelate.ts';

const transforms = [...builtinTransforms, pixelate];
const catalog = createCatalog(transforms);
const engine = createEngine({ catalog });

testFixtures(path.join(import.meta.dirname, '../fixtures'), transforms);

describe('a region that lies outside the picture', () => {
  const outside = { left: 100, top: 0, width: 10, height: 10 };

  test('refuses the upload: what had to be hidden would stay visible', async () => {
    const photo = await sample({ width: 100, height: 80 });
    const steps = ['flip', { pixelate: { regions: [outside] } }];
    await expect(renderOne(engine, catalog, photo, steps)).rejects.toMatchObject({
      code: 'NOT_APPLICABLE',
      message:
        'recipe photos, variant one, step 1 (pixelate): the region at 100,0 lies outside the picture of 100×80',
    });
  });
});

test('every frame of an animation is hidden alike', async () => {
  const moving = await animatedSample('gif', { width: 40, height: 30, frames: 3 });
  const whole = { left: 0, top: 0, width: '100%', height: '100%' };
  const { bytes } = await renderOne(engine, catalog, moving, [
    { pixelate: { regions: [whole], blockSize: '100%' } },
    { encode: 'gif' },
  ]);
  expect(await engine.inspect(bytes)).toMatchObject({ pages: 3, width: 40, height: 30 });
});

test.each([
  [{ regions: [] }, ['pixelate', 'regions']],
  [{ regions: [{ left: 0, top: 0, width: 10 }] }, ['pixelate', 'regions', 0, 'height']],
  [
    { regions: [{ left: 0, top: 0, width: 10, height: '10' }] },
    ['pixelate', 'regions', 0, 'height'],
  ],
  [
    { regions: [{ left: 0, top: 0, width: 10, height: 10 }], blockSize: 1 },
    ['pixelate', 'blockSize'],
  ],
])('%j is refused with its path', (options, at) => {
  const { error } = catalog.stepSchema.safeParse({ pixelate: options });
  expect(error?.issues[0]?.path).toEqual(at);
});

// Recipes depend on the options. After an intended change, run `npx vitest run -u`.
test('has these options', () => {
  expect(z.toJSONSchema(pixelate.options, { io: 'input' })).toMatchInlineSnapshot(`
    {
      "$defs": {
        "length": {
          "anyOf": [
            {
              "maximum": 9007199254740991,
              "minimum": 0,
              "type": "integer",
            },
            {
              "pattern": "^(100(\\.0+)?|\\d{1,2}(\\.\\d+)?)%$",
              "type": "string",
            },
          ],
          "description": "Pixels, or a percentage of the picture’s side (\`25%\`).",
        },
      },
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "additionalProperties": false,
      "description": "Hides regions, such as faces or number plates, with blocks of one colour each. A region completely outside of the picture is NOT_APPLICABLE: the content to hide would stay visible.",
      "examples": [
        {
          "regions": [
            {
              "height": "50%",
              "left": "45%",
              "top": "30%",
              "width": "40%",
            },
          ],
        },
        {
          "blockSize": 25,
          "regions": [
            {
              "height": 60,
              "left": 20,
              "top": 20,
              "width": 100,
            },
          ],
        },
      ],
      "properties": {
        "blockSize": {
          "$ref": "#/$defs/length",
          "default": "20%",
          "description": "Side of a block, pixels or a share of the shorter side of its region.",
        },
        "regions": {
          "description": "Regions to hide. Parts outside the picture are cut off.",
          "items": {
            "additionalProperties": false,
            "properties": {
              "height": {
                "$ref": "#/$defs/length",
                "description": "Pixels, or a share of the height.",
              },
              "left": {
                "$ref": "#/$defs/length",
                "description": "Left edge, pixels or a share of the width.",
              },
              "top": {
                "$ref": "#/$defs/length",
                "description": "Upper edge, pixels or a share of the height.",
              },
              "width": {
                "$ref": "#/$defs/length",
                "description": "Pixels, or a share of the width.",
              },
            },
            "required": [
              "left",
              "top",
              "width",
              "height",
            ],
            "type": "object",
          },
          "maxItems": 100,
          "minItems": 1,
          "type": "array",
        },
      },
      "required": [
        "regions",
      ],
      "type": "object",
    }
  `);
});
