/** Names that a path, a shell, a page or a parser would stumble over; each is a plain key to S3. */
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

/** A hostile key for each index, all different. */
export function hostileKey(index: number): string {
  const part = PARTS[index % PARTS.length] ?? '';
  return fitting(`uploads/${index}/${part}`);
}

/** Keys where another upload's outputs stand, and keys below those. */
export function keysUnder(key: string): readonly string[] {
  return ['thumb.webp', 'manifest.json', 'thumb.webp/manifest.json', 'left-over.webp'].map(
    (name) => `${key}/${name}`,
  );
}
