import { z } from 'zod';

/** An input that holds JSON as a text, such as a policy. */
export function jsonText<Schema extends z.ZodType>(schema: Schema, what: string) {
  return z.string().superRefine((text, context) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: `${what} is no JSON` });
      return;
    }
    const result = schema.safeParse(value);
    for (const issue of result.error?.issues ?? []) {
      const at = issue.path.length > 0 ? ` "${issue.path.join('.')}"` : '';
      context.addIssue({ code: 'custom', message: `${what}${at}: ${issue.message}` });
    }
  });
}

/**
 * A policy document, as JSON or as the object that the provider takes for it as well. What it means is checked where
 * it has an effect.
 */
export const policyText = z.preprocess(
  (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
  jsonText(z.looseObject({ Statement: z.json() }), 'the policy'),
);
