import { valuesAt } from '../resource.ts';
import type { Rule } from '../rule.ts';
import { FUNCTION } from '../types.ts';

/** Bytes, names and values together (Lambda quotas). */
const MOST = 4096;

export const environmentFits: Rule = {
  name: 'environment-fits',
  description: 'A function’s environment is within Lambda’s 4 KB.',
  of: [FUNCTION],
  problem({ properties }) {
    const variables = valuesAt(properties, 'environment', 'variables').flatMap((all) =>
      Object.entries(all as Record<string, unknown>),
    );
    const bytes = variables
      .flat()
      .reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0);
    return bytes <= MOST ? undefined : `has an environment of ${bytes} bytes`;
  },
};
