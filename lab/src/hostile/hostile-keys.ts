/** Names that are dangerous in a path, a shell, a page or a parser. For S3 each is an ordinary key. */
const PARTS: readonly string[] = [
  '../../etc/passwd',
  '..',
  './.',
  '/absolute',
  '//empty//folders',
  '%2e%2e%2f%2e%2e',
  'line\nbreak\r\ttab',
  'nul\u0000byte',
  'bell\u0007escape\u001b[31m',
  'right\u202eto left',
  'zero\u200bwidth\ufeff',
  '<script>alert(1)</script>',
  '"; DROP TABLE outputs; --',
  '$(touch pwned)`id`',
  '{{7*7}}${7*7}',
  '__proto__',
  'constructor',
  'manifest.json',
  'thumb.webp',
  '_long',
  'C:\\windows\\..\\system32',
  'ﬀ ligature and e\u0301',
  '🏳️‍🌈'.repeat(20),
  'x'.repeat(1_000),
];

/** Longest key of S3, bytes. */
const MAX_BYTES = 1024;

function fitting(key: string): string {
  let fits = key;
  while (Buffer.byteLength(fits) > MAX_BYTES) fits = [...fits].slice(0, -1).join('');
  return fits;
}

/** A unique hostile key for each index. */
export function hostileKey(index: number): string {
  const part = PARTS[index % PARTS.length] ?? '';
  return fitting(`uploads/${index}/${part}`);
}

/** Keys of another upload's outputs, and keys below those. */
export function keysUnder(key: string): readonly string[] {
  return ['thumb.webp', 'manifest.json', 'thumb.webp/manifest.json', 'left-over.webp'].map(
    (name) => `${key}/${name}`,
  );
}
