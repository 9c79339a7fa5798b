import { selectRecipe, type Recipe } from '@darkroom/pipeline';
import sharp from 'sharp';
import { DeployError } from '../deploy-error.ts';

/** A picture that the stack has a recipe for. */
export interface Sample {
  readonly key: string;
  readonly recipe: Recipe;
  readonly body: Buffer;
}

const WIDTH = 640;
const HEIGHT = 480;
/** That sharp writes, the usual first. */
const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;

/** @throws DeployError `SMOKE_TEST` where no recipe takes a format that we can make */
export async function sampleFor(recipes: readonly Recipe[], name: string): Promise<Sample> {
  for (const { match, formats } of recipes) {
    const key = `${match.prefix}${name}${match.suffixes?.[0] ?? '.jpg'}`;
    const format = FORMATS.find((one) => formats.includes(one));
    const recipe = selectRecipe(recipes, key);
    if (format && recipe) return { key, recipe, body: await picture(format) };
  }
  throw new DeployError('SMOKE_TEST', 'No recipe takes a format that a sample could be made in.');
}

/** A colour gradient: something to resize. */
function picture(format: (typeof FORMATS)[number]): Promise<Buffer> {
  const gradient = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><defs><linearGradient id="g"><stop stop-color="#8a6f52"/><stop offset="1" stop-color="#2b4a6f"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`;
  return sharp(Buffer.from(gradient)).flatten().toFormat(format).toBuffer();
}
