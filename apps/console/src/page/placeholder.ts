import { thumbHashToDataURL } from 'thumbhash';
import type { DoneManifest } from '../outcome/manifest.ts';

/** Colours and blurred shapes that stand in for a picture until it has loaded. */
export function showPlaceholder(frame: HTMLElement, { placeholder }: DoneManifest): void {
  if (!placeholder) return;
  // A style that is no colour is ignored by the browser.
  frame.style.backgroundColor = placeholder.dominantColour;
  try {
    const hash = Uint8Array.from(atob(placeholder.thumbhash), (char) => char.charCodeAt(0));
    frame.style.backgroundImage = `url("${thumbHashToDataURL(hash)}")`;
  } catch {
    // No hash after all: the colour has to do.
  }
}
