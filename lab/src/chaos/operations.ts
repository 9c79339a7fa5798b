import { chance, choose } from './seeded-choice.ts';
import type { Blob } from '../testbed/sample-uploads.ts';

export type Operation =
  | { readonly kind: 'upload'; readonly key: string; readonly blob: Blob }
  | { readonly kind: 'delete'; readonly key: string }
  /** A message about a key that says nothing new, and something untrue: a duplicate, a latecomer. */
  | { readonly kind: 'message'; readonly key: string; readonly eventName: string }
  /** A message that nobody understands. */
  | { readonly kind: 'rubbish'; readonly key: string; readonly body: string };

const EVENT_NAMES = ['ObjectCreated:Put', 'ObjectRemoved:Delete', 'ObjectCreated:Copy'] as const;
/** Few keys, so that each is overwritten and deleted many times, and often while it is worked on. */
const OPERATIONS_A_KEY = 20;

/** Keys as people and programs name them; some lie below others. */
export function makeKeys(operations: number): string[] {
  const count = Math.max(8, Math.ceil(operations / OPERATIONS_A_KEY));
  return Array.from({ length: count }, (_, index) => {
    const names = [
      `uploads/${index}.jpg`,
      `uploads/${index - 1}.jpg/inside ${index}.png`,
      `uploads/günther+söhne (${index})/%41 🙂.webp`,
      `uploads/a=b&c/${index}`,
    ];
    return names[index % names.length] ?? names[0]!;
  });
}

/** What the application does, in this order for each key; the seed says what. */
export function planOperations(seed: number, count: number, blobs: readonly Blob[]): Operation[] {
  const keys = makeKeys(count);
  const present = new Map<string, Blob>();
  return Array.from({ length: count }, (_, index): Operation => {
    const key = choose(keys, seed, 'key', index);
    const now = present.get(key);
    const dice = chance(seed, 'operation', index);
    if (dice < 0.01) return { kind: 'rubbish', key, body: `rubbish ${seed} ${index}` };
    if (dice < 0.07)
      return { kind: 'message', key, eventName: choose(EVENT_NAMES, seed, 'event', index) };
    if (now && dice < 0.3) {
      present.delete(key);
      return { kind: 'delete', key };
    }
    // Some send again what is there.
    const blob = now && dice < 0.4 ? now : choose(blobs, seed, 'blob', index);
    present.set(key, blob);
    return { kind: 'upload', key, blob };
  });
}
