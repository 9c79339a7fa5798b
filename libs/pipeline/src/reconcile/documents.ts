import type { ImageEngine, Rendered, RenderedOutput } from '@darkroom/transforms';
import { pagesOf, type WantedVariant } from '../recipe/pages.ts';

const MIB = 1024 * 1024;
/** Of the pages of a document: as they were rendered, as they are joined, and as the file. */
const COPIES = 3;

/** MiB of documents whose pages have so many bytes. They are held until the last page is there. */
export function documentMemory(bytes: number): number {
  return (COPIES * bytes) / MIB;
}

const number = new Intl.NumberFormat('en');

/** Collects the pages of the documents among the outputs of an upload, and joins them. */
export class Documents {
  readonly #engine: Pick<ImageEngine, 'join'>;
  readonly #wanted: ReadonlyMap<string, number>;
  readonly #pages = new Map<string, RenderedOutput[]>();
  readonly #failed = new Set<string>();
  #bytesLeft: number;

  /** @param bytes that the pages may have, as estimated: memory is reserved for so many */
  constructor(
    engine: Pick<ImageEngine, 'join'>,
    wanted: readonly WantedVariant[],
    bytes: number | undefined = 0,
  ) {
    this.#engine = engine;
    this.#bytesLeft = bytes;
    const documents = wanted.filter(({ pages }) => pages);
    this.#wanted = new Map(documents.map((one) => [one.name, pagesOf(one).length]));
  }

  /** Documents that lack a page already. */
  get failed(): ReadonlySet<string> {
    return this.#failed;
  }

  /** What is made of a page's outputs: documents wait for their other pages, and a page that cannot be made ends its own. */
  async *ofPage(page: number, rendered: AsyncIterable<Rendered>): AsyncGenerator<Rendered, void> {
    for await (const item of rendered) {
      if (item.kind === 'skipped' && this.#wanted.has(item.variant)) {
        if (!this.#failed.has(item.variant))
          yield { ...item, message: `page ${page}: ${item.message}` };
        this.#leave(item.variant);
      } else if (item.kind === 'output' && this.#wanted.has(item.variant)) {
        yield* this.#withPage(item);
      } else yield item;
    }
  }

  async *#withPage(output: RenderedOutput): AsyncGenerator<Rendered, void> {
    const { variant } = output;
    if (this.#failed.has(variant)) return;
    const pages = [...(this.#pages.get(variant) ?? []), output];
    this.#pages.set(variant, pages);
    this.#bytesLeft -= output.bytes.byteLength;
    if (this.#bytesLeft < 0) {
      const message = `variant ${variant}: the pages have more bytes than memory is reserved for, ${number.format(-this.#bytesLeft)} more with page ${pages.length}`;
      this.#leave(variant);
      yield { kind: 'skipped', variant, code: 'TOO_LARGE', message };
      return;
    }
    const count = this.#wanted.get(variant) ?? 0;
    const [first] = pages;
    if (pages.length < count || !first) return;
    this.#pages.delete(variant);
    const bytes =
      count === 1 ? first.bytes : await this.#engine.join(pages.map((one) => one.bytes));
    yield { ...first, bytes, pages: count };
  }

  #leave(variant: string): void {
    this.#failed.add(variant);
    this.#pages.delete(variant);
  }
}
