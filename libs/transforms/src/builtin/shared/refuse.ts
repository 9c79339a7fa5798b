import type * as z from 'zod';

/** Reports a problem of one option. */
export function refuse(context: z.RefinementCtx, option: string, message: string): void {
  context.addIssue({ code: 'custom', path: [option], message });
}
