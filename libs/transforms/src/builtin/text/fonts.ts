import type { Font } from 'fontkit';

/** A list of fonts. */
export interface Fonts {
  /** The first font that has the character. */
  fontFor(character: string): Font | undefined;
}

// Loaded with the first text, only in the function: validation of recipes needs no font.
const loadFontkit = () => import('fontkit');

function open(create: Awaited<ReturnType<typeof loadFontkit>>['create'], file: Uint8Array): Font {
  const font = create(Buffer.from(file));
  if ('fonts' in font) throw new Error('the file is a font collection; expected a single font');
  return font;
}

function fontsOf(fonts: readonly Font[]): Fonts {
  return {
    fontFor: (character) =>
      fonts.find((font) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)),
  };
}

let openSans: Promise<Fonts> | undefined;

async function loadOpenSans(): Promise<Fonts> {
  const [{ create }, { default: bundled }] = await Promise.all([
    loadFontkit(),
    import('./open-sans.json', { with: { type: 'json' } }),
  ]);
  return fontsOf(bundled.fonts.map((file) => open(create, Buffer.from(file, 'base64'))));
}

/** Open Sans, semi-bold: Latin, Greek and Cyrillic. */
export function defaultFonts(): Promise<Fonts> {
  return (openSans ??= loadOpenSans());
}

/** @throws Error if the file is not a TrueType, OpenType or WOFF font */
export async function readFont(file: Uint8Array): Promise<Fonts> {
  const { create } = await loadFontkit();
  return fontsOf([open(create, file)]);
}
