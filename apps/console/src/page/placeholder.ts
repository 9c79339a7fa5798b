import { thumbHashToDataURL } from 'thumbhash';
import type { DoneManifest } from '../outcome/manifest.ts';

/** Shows colours and blurred shapes until the picture has loaded. */
export function showPlaceholder(frame: HTMLElement, { placeholder }: DoneManifest): void {
  if (!placeholder) return;
  const { thumbhash, dominantColour } = placeholder;
  // The browser ignores a style that is not a colour.
  if (dominantColour !== undefined) frame.style.backgroundColor = dominantColour;
  if (thumbhash === undefined) return;
  try {
    const hash = Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0));
    frame.style.backgroundImage = `url("${thumbHashToDataURL(hash)}")`;
  } catch {
    // No hash after all: the colour has to do.
  }
}
