import { thumbHashToDataURL } from 'thumbhash';
import type { DoneManifest } from '../outcome/manifest.ts';

/** Colours and blurred shapes that stand in for a picture until it has loaded. */
export function showPlaceholder(frame: HTMLElement, { placeholder }: DoneManifest): void {
  if (!placeholder) return;
  const { thumbhash, dominantColour } = placeholder;
  // A style that is no colour is ignored by the browser.
  if (dominantColour !== undefined) frame.style.backgroundColor = dominantColour;
  if (thumbhash === undefined) return;
  try {
    const hash = Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0));
    frame.style.backgroundImage = `url("${thumbHashToDataURL(hash)}")`;
  } catch {
    // No hash after all: the colour has to do.
  }
}
