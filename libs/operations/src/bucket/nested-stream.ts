import type { ListedObject } from './bucket-reader.ts';
import type { ObjectCursor } from './object-cursor.ts';

/** How listed objects make up things that can enclose one another. */
export interface Nesting<T> {
  /** The object is the first of its thing. */
  open(object: ListedObject): T;
  /** @returns false where the object is no part of this thing, but of one that it encloses */
  add(thing: T, object: ListedObject): boolean;
  /** Whether an object that is listed later is in this thing, or in one that it encloses. */
  encloses(thing: T, key: string): boolean;
}

/** What a stream has to remember to go on later. */
export interface StreamPosition<T> {
  /** Key of the last object that went into `open`, or into something that has been taken. */
  readonly after: string;
  /** Not complete yet, outermost first. */
  readonly open: T[];
}

/** Turns a listing into things, each when it is complete: those that are enclosed come first. */
export class NestedStream<T> {
  readonly #cursor: ObjectCursor;
  readonly #nesting: Nesting<T>;
  readonly #open: T[];

  constructor(cursor: ObjectCursor, nesting: Nesting<T>, open: readonly T[]) {
    this.#cursor = cursor;
    this.#nesting = nesting;
    this.#open = [...structuredClone(open)];
  }

  /** @returns the next complete thing, nothing at the end */
  async peek(): Promise<T | undefined> {
    for (;;) {
      const next = await this.#cursor.peek();
      const top = this.#open.at(-1);
      if (top !== undefined && !(next && this.#nesting.encloses(top, next.key))) return top;
      if (next === undefined) return undefined;
      if (top === undefined || !this.#nesting.add(top, next))
        this.#open.push(this.#nesting.open(next));
      this.#cursor.take();
    }
  }

  /** The thing that `peek` showed is done with. */
  take(): void {
    this.#open.pop();
  }

  position(): StreamPosition<T> {
    return { after: this.#cursor.after, open: structuredClone(this.#open) };
  }
}
