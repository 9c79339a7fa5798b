import { catalog } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import type { Variant } from '@darkroom/transforms';
import { OUTPUTS, QUALITY, type Output } from '../job.ts';
import type { DoJob, Made } from './contestant.ts';

type Effort = 'fast' | 'balanced';

/** As a recipe's author writes it: width, quality and format, and nothing of the encoders' own settings. */
function variant({ name, width, format }: Output): Variant {
  return {
    name,
    steps: catalog.stepsSchema.parse([
      { rotate: 'auto' },
      { resize: { width, withoutEnlargement: true } },
      { encode: { format, quality: QUALITY } },
    ]),
  };
}

/** Darkroom's engine with its placeholder, which no other contestant makes. */
export function engine(effort: Effort): DoJob {
  const images = createEngine({ catalog });
  const variants = OUTPUTS.map(variant);
  return async (source) => {
    const made: Made[] = [];
    const facts = await images.inspect(source);
    for await (const rendered of images.render({
      source,
      facts,
      recipe: 'bench',
      variants,
      effort,
    })) {
      if (rendered.kind !== 'output') continue;
      const output = OUTPUTS.find(({ name }) => name === rendered.variant);
      if (output) made.push({ output, bytes: rendered.bytes });
    }
    return made;
  };
}
