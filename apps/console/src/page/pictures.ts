import type { DoneManifest } from '../outcome/manifest.ts';
import { describePictures, type PictureView } from '../outcome/outcome-view.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import { element } from './element.ts';
import { showPlaceholder } from './placeholder.ts';

/** Height of the strip, CSS pixels; `uploads.css` has the same. */
const STRIP = 108;

function picture(view: PictureView, manifest: DoneManifest): HTMLElement {
  const image = element('img', {
    alt: `${view.name} of ${manifest.source.key}`,
    width: Math.max(1, Math.round((view.width / view.height) * STRIP)),
    height: STRIP,
    loading: 'lazy',
    decoding: 'async',
  });
  const frame = element(
    'a',
    { className: 'frame', href: view.url, target: '_blank', rel: 'noopener noreferrer' },
    image,
  );
  showPlaceholder(frame, manifest);
  image.addEventListener('load', () => frame.classList.add('loaded'));
  image.addEventListener('error', () => {
    image.replaceWith(
      element('span', { className: 'unshown' }, `${view.format}: this browser cannot show it`),
    );
  });
  image.src = view.url;
  const size = view.ratio === undefined ? view.bytes : `${view.bytes} · ${view.ratio}`;
  return element(
    'figure',
    { className: 'picture' },
    frame,
    element(
      'figcaption',
      {},
      element('strong', {}, view.name),
      element('span', {}, `${view.format} · ${view.pixels}`),
      element('span', { title: 'Bytes, and how much of the original that is' }, size),
    ),
  );
}

/** The variants side by side, like the frames of a contact sheet. */
export function contactSheet(manifest: DoneManifest, stack: StackInfo): HTMLElement {
  return element(
    'div',
    { className: 'sheet' },
    ...describePictures(manifest, stack).map((view) => picture(view, manifest)),
  );
}
