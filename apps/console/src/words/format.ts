const FORMATS: Readonly<Record<string, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
  svg: 'SVG',
  heic: 'HEIC',
  pdf: 'PDF',
  dicom: 'DICOM',
  fits: 'FITS',
};

const SHOWN = new Set(['jpeg', 'png', 'webp', 'avif', 'gif', 'svg']);

/** Whether browsers show pictures of the format. */
export function isShown(format = ''): boolean {
  return SHOWN.has(format);
}

/** Of a document. */
export function formatPages(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`;
}

/** As people write it. */
export function formatName(format: string): string {
  return FORMATS[format] ?? format;
}

/** `1.4 MB`: a kB has 1,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes / 1000;
  let unit = 'kB';
  for (const next of ['MB', 'GB']) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** `4032 × 3024` */
export function formatPixels(width: number, height: number): string {
  return `${width} × ${height}`;
}

/** `300 dpi`, or `204 × 98 dpi` */
export function formatResolution({ x, y }: { readonly x: number; readonly y: number }): string {
  return x === y ? `${formatValue(x)} dpi` : `${formatValue(x)} × ${formatValue(y)} dpi`;
}

const values = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 5, useGrouping: false });

/** A measured value, with five digits. */
export function formatValue(value: number): string {
  return values.format(value);
}

/** `2.4 %` of the original; nothing where that has no bytes. */
export function formatRatio(bytes: number, original: number): string | undefined {
  if (original <= 0) return undefined;
  const percent = (bytes / original) * 100;
  if (percent < 0.1) return 'under 0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** Capture time as the camera wrote it, without a zone; undefined if it is not a time. */
export function formatTakenAt(takenAt: string): string | undefined {
  // `Date` makes a time of almost anything.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(takenAt)) return undefined;
  const time = new Date(takenAt);
  if (Number.isNaN(time.getTime())) return undefined;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

/** `0.8 s` */
export function formatDuration(ms: number): string {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** `40 s`, `3 min`, `2 h` */
export function formatAge(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** `−87 %`: how much smaller the output is than the upload; `+12 %` if it is larger. */
export function formatSaving(bytes: number, original: number): string {
  if (original <= 0) return '';
  const percent = Math.round((bytes / original - 1) * 100);
  return percent <= 0 ? `−${-percent} %` : `+${percent} %`;
}

/** `$4.20`, `$0.0013`, `below $0.0001` */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars < 0.0001) return 'below $0.0001';
  return `$${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`;
}

/** `below 1 min`, `12 min`, `3.5 h` */
export function formatMinutes(minutes: number): string {
  if (minutes < 1) return 'below 1 min';
  return minutes < 120 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** `Red` */
export function formatChannel(channel: string): string {
  return channel.slice(0, 1).toUpperCase() + channel.slice(1);
}
