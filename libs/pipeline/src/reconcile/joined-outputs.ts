import type {
  ImageEngine,
  PlannedSheet,
  Rendered,
  RenderedCell,
  RenderedOutput,
} from '@darkroom/transforms';
import type { WantedVariant } from '../recipe/pages.ts';

// The function loads this file with the first recipe that joins pages or frames. Import nothing of Darkroom at run time: the
// function's start would have it in a file of its own.

/** Memory is reserved for what is held until its last part is there, as estimated. */
export interface Reserved {
  /** Bytes that the pages of all documents may have. */
  readonly documentBytes?: number | undefined;
  readonly sheets: readonly PlannedSheet[];
}

type Part = RenderedOutput | RenderedCell;

/** The budget of all documents together; a sheet has one of its own. */
const DOCUMENTS = '(documents)';

const number = new Intl.NumberFormat('en');

/** Collects the pages of documents and the cells of sheets among what is made of an upload, and joins them. */
export class JoinedOutputs {
  readonly #engine: Pick<ImageEngine, 'join' | 'sheet' | 'render'>;
  readonly #signal: AbortSignal | undefined;
  readonly #wanted: ReadonlyMap<string, NonNullable<WantedVariant['joined']>>;
  readonly #sheets: ReadonlyMap<string, PlannedSheet>;
  readonly #bytesLeft: Map<string, number>;
  readonly #parts = new Map<string, Part[]>();
  readonly #failed = new Set<string>();

  constructor(
    engine: Pick<ImageEngine, 'join' | 'sheet' | 'render'>,
    wanted: readonly WantedVariant[],
    { documentBytes = 0, sheets }: Reserved,
    signal?: AbortSignal,
  ) {
    this.#engine = engine;
    this.#signal = signal;
    this.#wanted = new Map(wanted.flatMap(({ name, joined }) => (joined ? [[name, joined]] : [])));
    this.#sheets = new Map(sheets.map((sheet) => [sheet.variant.name, sheet]));
    this.#bytesLeft = new Map([
      [DOCUMENTS, documentBytes],
      ...sheets.map(({ variant, cellBytes }) => [variant.name, cellBytes] as const),
    ]);
  }

  /** Outputs that lack a part already. */
  get failed(): ReadonlySet<string> {
    return this.#failed;
  }

  /**
   * What is made of a page, or of all frames: documents and sheets wait for their other parts, and a part that cannot be made
   * ends its own. Sheets are made when the pictures of the upload are no longer in memory.
   */
  async *from(rendered: AsyncIterable<Rendered>): AsyncGenerator<Rendered, void> {
    for await (const item of rendered) {
      const joined = 'variant' in item ? this.#wanted.get(item.variant) : undefined;
      if (!joined) yield item;
      else if (item.kind === 'skipped') {
        if (this.#failed.has(item.variant)) continue;
        const part = joined.numbers[this.#partsOf(item.variant).length];
        this.#leave(item.variant);
        yield { ...item, message: `${joined.what} ${part}: ${item.message}` };
      } else if (item.kind === 'output' || item.kind === 'cell') yield* this.#withPart(item);
    }
    for (const [variant, sheet] of this.#sheets) {
      const cells = this.#partsOf(variant).filter((part) => part.kind === 'cell');
      if (cells.length < (this.#wanted.get(variant)?.numbers.length ?? Infinity)) continue;
      this.#parts.delete(variant);
      yield* this.#withSheet(sheet, cells);
    }
  }

  #partsOf(variant: string): readonly Part[] {
    return this.#parts.get(variant) ?? [];
  }

  async *#withPart(part: Part): AsyncGenerator<Rendered, void> {
    const { variant, bytes } = part;
    if (this.#failed.has(variant)) return;
    const parts = [...this.#partsOf(variant), part];
    this.#parts.set(variant, parts);
    const budget = this.#sheets.has(variant) ? variant : DOCUMENTS;
    const left = (this.#bytesLeft.get(budget) ?? 0) - bytes.byteLength;
    this.#bytesLeft.set(budget, left);
    const { what = 'page', numbers = [] } = this.#wanted.get(variant) ?? {};
    if (left < 0) {
      const message = `variant ${variant}: the ${what}s have more bytes than memory is reserved for, ${number.format(-left)} more with ${what} ${numbers[parts.length - 1]}`;
      this.#leave(variant);
      yield { kind: 'skipped', variant, code: 'TOO_LARGE', message };
      return;
    }
    if (part.kind === 'cell' || parts.length < numbers.length) return;
    this.#parts.delete(variant);
    const [first = part] = parts.filter((one) => one.kind === 'output');
    const isAlone = parts.length === 1;
    const joined = isAlone ? bytes : await this.#engine.join(parts.map((one) => one.bytes));
    yield { ...first, bytes: joined, pages: parts.length };
  }

  async *#withSheet(
    { variant, request }: PlannedSheet,
    cells: readonly RenderedCell[],
  ): AsyncGenerator<Rendered, void> {
    const format = request.facts.sheetOf ?? request.facts.format;
    const upload = await this.#engine.sheet(cells, { variant, format });
    const signal = this.#signal && { signal: this.#signal };
    yield* this.#engine.render({ ...request, ...upload, ...signal });
  }

  #leave(variant: string): void {
    this.#failed.add(variant);
    this.#parts.delete(variant);
  }
}
