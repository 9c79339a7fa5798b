import type { Kind, RepairableKind } from '../api/client.ts';

interface Words {
  readonly label: string;
  readonly what: string;
}

/** Kinds that a message repairs, in the order of the table. */
export const REPAIRABLE: Readonly<Record<RepairableKind, Words>> = {
  'recipe-changed': { label: 'Another recipe', what: 'Made with another recipe or other limits' },
  'transform-changed': { label: 'Earlier transforms', what: 'Made by earlier transforms' },
  missing: { label: 'Missing', what: 'No outputs: never processed, or the event was lost' },
  'source-changed': { label: 'Another upload', what: 'Outputs of an earlier upload of the key' },
  damaged: { label: 'Damaged', what: 'The objects are not those that the manifest names' },
  retryable: { label: 'Retryable', what: 'Rejected for a reason that may be fixed now' },
  orphaned: { label: 'Orphaned', what: 'Outputs of a removed upload. The run deletes them' },
};

/** Kinds that need no repair, or that none exists for. */
export const OTHERS: Readonly<Record<Exclude<Kind, RepairableKind>, string>> = {
  'up-to-date': 'up to date',
  rejected: 'rejected for good',
  'no-recipe': 'without a recipe',
  kept: 'kept without their upload',
  leftover: 'folders of others',
};

export const REPAIRABLE_NAMES = Object.keys(REPAIRABLE) as RepairableKind[];
