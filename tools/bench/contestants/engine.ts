import { catalog, parseSettings } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import { type Job, recipeOf, type SETTINGS } from '../jobs.ts';
import type { DoJob, Made } from './hand-written.ts';

/** Darkroom's engine, with the job's placeholder. */
export function engine(job: Job, effort: keyof typeof SETTINGS = 'balanced'): DoJob {
  const [recipe] = parseSettings({ recipes: [recipeOf(job)] }, 'the benchmark').recipes;
  if (!recipe) throw new Error(`${job.id} has no recipe`);
  const images = createEngine({ catalog });
  const variants = recipe.variants.map(({ name, steps, animated }) => ({ name, steps, animated }));
  return async (source) => {
    const made: Made[] = [];
    for (let page = 1; page <= (job.pages ?? 1); page++) {
      const facts = await (page === 1 ? images.inspect(source) : images.inspect(source, page));
      const { placeholder } = recipe;
      const request = { source, facts, recipe: recipe.name, variants, effort };
      const rendering = images.render(page === 1 ? { ...request, placeholder } : request);
      for await (const one of rendering)
        if (one.kind === 'output') made.push({ name: `${one.variant}-${page}`, bytes: one.bytes });
        else if (one.kind === 'skipped') throw new Error(`${one.variant}: ${one.message}`);
    }
    return made;
  };
}
