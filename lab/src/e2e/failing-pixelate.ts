/** Bundled with the real handler: the plugin `pixelate` has a defect. */
import { catalog } from '@darkroom/pipeline';

const bind = catalog.bind.bind(catalog);

Object.assign(catalog, {
  bind(...given: Parameters<typeof bind>) {
    const bound = bind(...given);
    if (bound.name !== 'pixelate') return bound;
    const apply = () => {
      throw new Error('out of ink');
    };
    return { ...bound, apply };
  },
});
