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
    if (!result.success) {
      context.addIssue({ code: 'custom', message: `${what}: ${z.prettifyError(result.error)}` });
    }
  });
}

/** Any JSON object: what a policy means is checked where it has an effect. */
export const policyText = jsonText(z.looseObject({ Statement: z.json() }), 'the policy');
