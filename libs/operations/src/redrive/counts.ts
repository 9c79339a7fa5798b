import type { DeadLetter } from './dead-letter.ts';

/** Codes and folders are text from messages, so that there may be any number of them: the first are told apart. */
const MAX_GROUPS = 100;
/** Stands for all groups after the first hundred. */
export const OTHERS = '*';

/** How many messages there are of each code, and of each folder. */
export class LetterCounts {
  #messages = 0;
  readonly byErrorCode = new Map<string, number>();
  /** By the folder of the first key, `uploads/2024/` of `uploads/2024/cat.jpg`; `''` for a message without keys. */
  readonly byFolder = new Map<string, number>();

  get messages(): number {
    return this.#messages;
  }

  add({ errorCode, keys: [key = ''] }: DeadLetter): void {
    this.#messages += 1;
    count(this.byErrorCode, errorCode);
    count(this.byFolder, key.slice(0, key.lastIndexOf('/') + 1));
  }
}

function count(groups: Map<string, number>, name: string): void {
  const group = groups.has(name) || groups.size < MAX_GROUPS ? name : OTHERS;
  groups.set(group, (groups.get(group) ?? 0) + 1);
}
