import { describe, expect, test } from 'vitest';
import { OUTPUT_FORMATS } from '@darkroom/transforms';
import { basesOf } from './image-case.ts';
import { STRUCTURES } from '@darkroom/transforms/testing/structure/index.ts';

describe.each(OUTPUT_FORMATS)('%s', (format) => {
  test('what is taken apart and put together is the file again', async () => {
    const { split, join } = STRUCTURES[format];
    for (const file of await basesOf(format)) {
      const pieces = split(file);
      expect(pieces.length).toBeGreaterThan(0);
      expect(join(pieces).equals(file)).toBe(true);
    }
  });
});
