import { count } from '../outcome/format.ts';
import type { UploadState } from '../upload/upload.ts';

/** How a state looks on a card, and how it sounds. */
export interface Look {
  /** Selects the colours in `base.css`. */
  readonly tone: 'quiet' | 'busy' | 'good' | 'bad';
  readonly badge: string;
  /** For the screen reader, after the file's name. */
  readonly spoken: string;
}

const LOOKS = {
  queued: { tone: 'quiet', badge: 'Waiting', spoken: 'is waiting' },
  uploading: { tone: 'busy', badge: 'Uploading', spoken: 'is being uploaded' },
  developing: { tone: 'busy', badge: 'Developing', spoken: 'is uploaded and being developed' },
  failed: { tone: 'bad', badge: 'Not uploaded', spoken: 'could not be uploaded' },
  'no-recipe': { tone: 'quiet', badge: 'No recipe', spoken: 'matches no recipe' },
  unaddressable: { tone: 'quiet', badge: 'Not shown', spoken: 'cannot be shown' },
  removed: { tone: 'quiet', badge: 'Removed', spoken: 'was removed' },
} as const satisfies Record<Exclude<UploadState['kind'], 'settled'>, Look>;

export function lookOf(state: UploadState): Look {
  if (state.kind !== 'settled') return LOOKS[state.kind];
  const { manifest } = state;
  return manifest.status === 'done'
    ? {
        tone: 'good',
        badge: 'Done',
        spoken: `is done, ${count(manifest.outputs.length, 'variant')}`,
      }
    : { tone: 'bad', badge: 'Rejected', spoken: 'was rejected' };
}
