import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ComparedVariant } from '@darkroom/rendering';

/** A photo with its variants of both recipes. */
export interface ComparedPhoto {
  readonly name: string;
  readonly pairs: readonly ComparedVariant[];
  /** Variants of one recipe only. */
  readonly unpaired: readonly string[];
  /** Why one of the recipes has no outputs. */
  readonly errors: readonly string[];
}

export interface ComparisonPage {
  /** Files or names of both recipes. */
  readonly one: string;
  readonly other: string;
  readonly photos: readonly ComparedPhoto[];
}

/** Formats that browsers show. */
const SHOWN = /^image\/(?:jpeg|png|webp|avif|gif)$/;
const number = new Intl.NumberFormat('en');

/**
 * A page that compares the outputs of two recipes. It needs no network: pictures are data URLs, and the slider
 * (img-comparison-slider, with its licence) is part of the page.
 */
export async function comparisonPage(comparison: ComparisonPage): Promise<string> {
  const { one, other, photos } = comparison;
  const slider = await readSlider();
  const pairs = photos.flatMap(({ pairs }) => pairs);
  const [first, second] = [bytesOf(pairs, 'one'), bytesOf(pairs, 'other')];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escape(one)} and ${escape(other)} compared</title>
<style>${STYLE}
${slider.style}</style>
<header>
<h1>Two recipes compared</h1>
<p><b>Left:</b> ${escape(one)}, ${formatKib(first)} in all. <b>Right:</b> ${escape(other)}, ${formatKib(second)} in all${percent(first, second)}.</p>
<p>Drag a divider, or move to it with Tab and press the arrow keys. SSIM is the structural similarity of both pictures; 1 means equal.</p>
</header>
<main>
${photos.map((photo) => photoSection(photo, comparison)).join('\n')}
</main>
<footer><details><summary>Licence of the slider</summary><pre>${escape(LICENCE)}</pre></details></footer>
<script>${slider.script}
${REPORT_VALUES}</script>
</html>
`;
}

function photoSection(
  { name, pairs, unpaired, errors }: ComparedPhoto,
  { one, other }: ComparisonPage,
): string {
  return `<section>
<h2>${escape(name)}</h2>
${errors.map((error) => `<p class="error">${escape(error)}</p>`).join('\n')}
${pairs.map((pair) => figure(pair, name, { one, other })).join('\n')}
${unpaired.length > 0 ? `<p>Only in one of the recipes: ${escape(unpaired.join(', '))}.</p>` : ''}
</section>`;
}

function figure(
  { name, one, other, ssim }: ComparedVariant,
  photo: string,
  names: { readonly one: string; readonly other: string },
): string {
  const picture = (variant: typeof one, slot: string, recipe: string) =>
    `<img slot="${slot}" width="${variant.width}" height="${variant.height}" src="${variant.data}" alt="${escape(`${photo}, variant ${name}, ${recipe}`)}">`;
  const shown = SHOWN.test(one.contentType) && SHOWN.test(other.contentType);
  return `<figure style="max-width: ${one.width}px">
${
  shown
    ? `<img-comparison-slider tabindex="0" role="slider" aria-valuemin="0" aria-valuemax="100" aria-valuenow="50" aria-label="${escape(`${photo}, variant ${name}`)}">
${picture(one, 'first', names.one)}
${picture(other, 'second', names.other)}
</img-comparison-slider>`
    : '<p>Browsers do not show this format.</p>'
}
<figcaption>
<h3>${escape(name)}</h3>
<dl>
<div><dt>Left</dt><dd>${describe(one)}</dd></div>
<div><dt>Right</dt><dd>${describe(other)}${percent(one.bytes, other.bytes)}</dd></div>
<div><dt>SSIM</dt><dd>${ssim === undefined ? 'too small to compare' : ssim.toFixed(4)}</dd></div>
</dl>
</figcaption>
</figure>`;
}

function describe({ contentType, width, height, bytes }: ComparedVariant['one']): string {
  return `${contentType.replace('image/', '')}, ${width}×${height}, ${number.format(bytes)} bytes`;
}

function percent(from: number, to: number): string {
  if (from === 0) return '';
  const change = 100 * (to / from - 1);
  return ` (${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %)`;
}

function bytesOf(pairs: readonly ComparedVariant[], side: 'one' | 'other'): number {
  return pairs.reduce((sum, pair) => sum + pair[side].bytes, 0);
}

function formatKib(bytes: number): string {
  return `${number.format(Math.round(bytes / 1024))} KiB`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The component has no role of its own: it reports its position to screen readers. */
const REPORT_VALUES = `for (const slider of document.querySelectorAll('img-comparison-slider'))
  slider.addEventListener('slide', () => slider.setAttribute('aria-valuenow', Math.round(slider.value)));`;

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 84rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0.5rem 0; }
figure { margin: 0 0 2rem; }
img-comparison-slider { width: 100%; --divider-width: 2px; --divider-shadow: 0 0 3px #000; --default-handle-shadow: 0 0 3px #000; }
img-comparison-slider:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
img { display: block; width: 100%; height: auto; }
dl { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; font-variant-numeric: tabular-nums; }
dl div { display: flex; gap: 0.5rem; } dt { font-weight: 600; white-space: nowrap; } dd { margin: 0; }
.error { border-left: 4px solid #dc2626; padding-left: 0.75rem; }
footer { margin-top: 3rem; } pre { white-space: pre-wrap; }
`;

/** Of img-comparison-slider, whose package lacks the file. */
const LICENCE = `img-comparison-slider

MIT License

Copyright (c) 2019 Dmitry Snisarenko

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

async function readSlider() {
  const script = createRequire(import.meta.url).resolve('img-comparison-slider');
  const [code, style] = await Promise.all([
    readFile(script, 'utf8'),
    readFile(path.join(path.dirname(script), 'styles.css'), 'utf8'),
  ]);
  return {
    // The text could not be part of a script element otherwise.
    script: code.replaceAll('</script', '<\\/script').replace(/^\/\/# sourceMappingURL=.*$/m, ''),
    style: style.replace(/^\/\*# sourceMappingURL=.*\*\/$/m, ''),
  };
}
