import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const options = z
  .strictObject({
    centre: z
      .number()
      .optional()
      .describe('The value that becomes the middle, in the units of the file.'),
    width: z
      .number()
      .positive()
      .optional()
      .describe('Range of values from black to white; of the `linear` shape at least 1.'),
    shape: z
      .enum(['linear', 'exact', 'sigmoid'])
      .default('linear')
      .describe('The function: LINEAR, LINEAR_EXACT or SIGMOID of DICOM (PS3.3, C.11.2.1).'),
  })
  .refine(({ centre, width }) => (centre === undefined) === (width === undefined), {
    error: 'needs both a centre and a width, or none for the window of the file',
  })
  .refine(({ width = 1, shape }) => shape !== 'linear' || width >= 1, {
    error: 'the width of the linear shape is at least 1: use `shape: exact` for less',
    path: ['width'],
  })
  .meta({
    description:
      'Shows the values of the file in a window, as DICOM defines it, at the full depth of the file. Without options: the window of the file (docs/formats.md). Values of a picture of 8 or 16 bits are 0–255 or 0–65,535; of an animation, the first frame is shown.',
    examples: [{ centre: 40, width: 400 }],
  });

/** The decoder of the upload applies it. */
export const window = defineTransform({ name: 'window', version: 1, kind: 'setting', options });

export type WindowOptions = z.output<typeof options>;
