import type { StoredObject } from '../fauxqs.ts';
import { compareUtf8 } from './keys.ts';

/** A block that becomes longer is split. */
const MOST_KEYS = 1024;

/** Keys in the order in which S3 lists them. Adding, deleting and finding one costs the logarithm of their number. */
export class SortedKeys {
  /** In order, and so are the keys of each; no block is empty. */
  readonly #blocks: string[][] = [];

  /** The key must not be there yet. */
  add(key: string): void {
    const isBefore = (other: string) => compareUtf8(other, key) < 0;
    // After the last key of all, it belongs to the last block.
    const index = Math.min(this.#blockOf(isBefore), this.#blocks.length - 1);
    const block = this.#blocks[index];
    if (block === undefined) return void this.#blocks.push([key]);
    block.splice(firstIndex(block, isBefore), 0, key);
    if (block.length > MOST_KEYS)
      this.#blocks.splice(index + 1, 0, block.splice(block.length >> 1));
  }

  delete(key: string): void {
    const isBefore = (other: string) => compareUtf8(other, key) < 0;
    const index = this.#blockOf(isBefore);
    const block = this.#blocks[index];
    const at = firstIndex(block ?? [], isBefore);
    if (block?.[at] !== key) return;
    block.splice(at, 1);
    if (block.length === 0) this.#blocks.splice(index, 1);
  }

  clear(): void {
    this.#blocks.length = 0;
  }

  /**
   * The keys from the first one for which `isBefore` is false. Adding and deleting keys meanwhile is not allowed.
   *
   * @param isBefore true for the first keys, none or all of them, and false for the rest
   */
  *from(isBefore: (key: string) => boolean): Generator<string> {
    const first = this.#blockOf(isBefore);
    for (let index = first; index < this.#blocks.length; index += 1) {
      const block = this.#blocks[index] ?? [];
      yield* index === first ? block.slice(firstIndex(block, isBefore)) : block;
    }
  }

  /** Index of the first block whose last key is not before. */
  #blockOf(isBefore: (key: string) => boolean): number {
    return firstIndex(this.#blocks, (block) => isBefore(block.at(-1) ?? ''));
  }
}

/** Index of the first item for which `isBefore` is false, found by halves. */
function firstIndex<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBefore(items[middle] as Item)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The current objects of a bucket by key. */
export class SortedObjects extends Map<string, StoredObject> {
  readonly sortedKeys = new SortedKeys();

  override set(key: string, object: StoredObject): this {
    if (!this.has(key)) this.sortedKeys.add(key);
    return super.set(key, object);
  }

  override delete(key: string): boolean {
    this.sortedKeys.delete(key);
    return super.delete(key);
  }

  override clear(): void {
    this.sortedKeys.clear();
    super.clear();
  }
}

/** The objects of all buckets. Each bucket that is created becomes one with sorted keys. */
export class SortedBuckets extends Map<string, SortedObjects> {
  override set(name: string, objects: ReadonlyMap<string, StoredObject>): this {
    if (objects instanceof SortedObjects) return super.set(name, objects);
    const sorted = new SortedObjects();
    for (const [key, object] of objects) sorted.set(key, object);
    return super.set(name, sorted);
  }
}
