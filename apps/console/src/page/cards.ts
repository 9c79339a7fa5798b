import type { StackInfo } from '../stack/stack-info.ts';
import { isOver, type Upload } from '../upload/upload.ts';
import { Card } from './card.ts';
import { byId } from './element.ts';
import { lookOf } from './look.ts';

/** How many uploads are in which state, `3 done · 1 rejected`. */
function tally(uploads: Iterable<Upload>): string {
  const badges = new Map<string, number>();
  for (const { state } of uploads) {
    const badge = lookOf(state).badge.toLowerCase();
    badges.set(badge, (badges.get(badge) ?? 0) + 1);
  }
  return Array.from(badges, ([badge, number]) => `${number} ${badge}`).join(' · ');
}

/** The list of uploads, the newest on top. */
export class Cards {
  readonly #list = byId('cards', HTMLOListElement);
  readonly #empty = byId('empty', HTMLElement);
  readonly #tally = byId('tally', HTMLElement);
  readonly #spoken = byId('spoken', HTMLElement);
  readonly #cards = new Map<string, { card: Card; upload: Upload }>();
  readonly #stack: StackInfo;
  readonly #retry: (key: string) => void;

  constructor(stack: StackInfo, retry: (key: string) => void) {
    this.#stack = stack;
    this.#retry = retry;
  }

  show(upload: Upload): void {
    if (upload.state.kind === 'removed') this.#remove(upload.key);
    else this.#draw(upload);
    this.#tally.textContent = tally(Array.from(this.#cards.values(), (shown) => shown.upload));
  }

  /** The bucket has been listed: shows an empty state if it is empty. */
  ready(): void {
    this.#empty.hidden = this.#cards.size > 0;
  }

  #draw(upload: Upload): void {
    const { key, state } = upload;
    const shown = this.#cards.get(key);
    const card = shown?.card ?? new Card(upload, this.#stack, () => this.#retry(key));
    if (!shown) this.#list.prepend(card.root);
    this.#cards.set(key, { card, upload });
    this.#empty.hidden = true;
    card.show(upload);
    // Only what this page uploaded is news to who listens.
    if (upload.body && isOver(upload) && shown?.upload.state !== state)
      this.#spoken.textContent = `${key} ${lookOf(state).spoken}.`;
  }

  #remove(key: string): void {
    this.#cards.get(key)?.card.root.remove();
    this.#cards.delete(key);
    this.ready();
  }
}
