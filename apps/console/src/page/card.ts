import { formatBytes, formatDuration } from '../outcome/format.ts';
import { describeSource, summarise } from '../outcome/outcome-view.ts';
import { isAddressable, objectUrl } from '../s3/object-url.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import { isOver, type Upload } from '../upload/upload.ts';
import { cardBody } from './card-body.ts';
import { element, outwards } from './element.ts';
import { lookOf } from './look.ts';
import { previewOf } from './preview.ts';

function factsOf({ bytes, state, wished }: Upload): string {
  const facts = state.kind === 'settled' ? describeSource(state.manifest) : [formatBytes(bytes)];
  const renamed = `kept beside the one that has its name: ${wished}`;
  return (wished === undefined ? facts : [...facts, renamed]).join(' · ');
}

function foot({ key, state }: Upload, stack: StackInfo): (Node | undefined)[] {
  if (!isAddressable(key) || !['settled', 'no-recipe'].includes(state.kind)) return [];
  const original = outwards('Original', objectUrl(stack.endpoint, stack.sourceBucket, key));
  if (state.kind !== 'settled') return [original];
  const { manifest, tookMs, at } = state;
  const words = [
    manifest.status === 'done' ? summarise(manifest) : undefined,
    tookMs === undefined ? undefined : `${formatDuration(tookMs)} after the upload`,
  ];
  return [
    element('span', {}, words.filter((part) => part !== undefined).join(' · ')),
    original,
    outwards('Manifest', objectUrl(stack.endpoint, stack.processedBucket, at)),
  ];
}

/** One upload on the page. */
export class Card {
  readonly root: HTMLLIElement;
  readonly #badge = element('span', { className: 'badge' });
  readonly #facts = element('p', { className: 'facts' });
  readonly #preview = element('div', { className: 'preview' });
  readonly #body = element('div', { className: 'body' });
  readonly #foot = element('div', { className: 'foot' });
  readonly #stack: StackInfo;
  readonly #retry: () => void;
  #shown: Upload | undefined;

  constructor(upload: Upload, stack: StackInfo, retry: () => void) {
    this.#stack = stack;
    this.#retry = retry;
    const slash = upload.key.lastIndexOf('/') + 1;
    const title = element(
      'h3',
      {},
      element('span', { className: 'folder' }, upload.key.slice(0, slash)),
      upload.key.slice(slash),
    );
    const head = element('div', { className: 'head' }, title, this.#badge);
    this.root = element(
      'li',
      { className: 'card' },
      head,
      this.#facts,
      element('div', { className: 'middle' }, this.#preview, this.#body),
      this.#foot,
    );
    this.#preview.append(...previewOf(upload));
  }

  show(upload: Upload): void {
    const { state } = upload;
    const before = this.#shown?.state;
    this.#shown = upload;
    if (before?.kind !== state.kind || state.kind === 'settled' || state.kind === 'developing')
      this.#redraw(upload);
    if (state.kind !== 'uploading') return;
    const progress = this.#body.querySelector('progress');
    if (progress) progress.value = upload.bytes === 0 ? 1 : state.sent / upload.bytes;
  }

  #redraw(upload: Upload): void {
    const look = lookOf(upload.state);
    this.root.dataset['tone'] = look.tone;
    this.root.dataset['state'] = upload.state.kind;
    this.#badge.textContent = look.badge;
    this.#facts.textContent = factsOf(upload);
    this.#preview.hidden = isOver(upload) || this.#preview.childElementCount === 0;
    this.#body.replaceChildren(...cardBody(upload, this.#stack, this.#retry));
    this.#foot.replaceChildren(...foot(upload, this.#stack).filter((child) => child !== undefined));
  }
}
