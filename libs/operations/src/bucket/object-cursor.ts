import type { BucketReader, ListedObject } from './bucket-reader.ts';

/** Walks a listing object by object, in pages. */
export class ObjectCursor {
  readonly #reader: BucketReader;
  readonly #prefix: string;
  readonly #accepts: (object: ListedObject) => boolean;
  /** Key of the object that was taken last: where a later walk goes on. */
  #after: string;
  #page: readonly ListedObject[] = [];
  #index = 0;
  #listedUpTo: string;
  #isLast = false;

  constructor(
    reader: BucketReader,
    prefix: string,
    after: string,
    accepts: (object: ListedObject) => boolean = () => true,
  ) {
    this.#reader = reader;
    this.#prefix = prefix;
    this.#after = after;
    this.#listedUpTo = after;
    this.#accepts = accepts;
  }

  get after(): string {
    return this.#after;
  }

  /** @returns nothing at the end */
  async peek(): Promise<ListedObject | undefined> {
    while (this.#index >= this.#page.length && !this.#isLast) {
      const { objects, isLast } = await this.#reader.list(this.#prefix, this.#listedUpTo);
      this.#listedUpTo = objects.at(-1)?.key ?? this.#listedUpTo;
      this.#isLast = isLast || objects.length === 0;
      this.#page = objects.filter(this.#accepts);
      this.#index = 0;
    }
    return this.#page[this.#index];
  }

  /** The object that `peek` showed is done with. */
  take(): void {
    this.#after = this.#page[this.#index]?.key ?? this.#after;
    this.#index += 1;
  }
}
