/** Properties whose names speak of GPS, of whichever vocabulary: `exif:GPSLatitude`, `drone-dji:GpsLongitude`. */
const ATTRIBUTE = /\s[\w-]+:gps\w*\s*=\s*(?:"[^"]*"|'[^']*')/gi;
const ELEMENT = /<([\w-]+:gps\w*)(?=[\s/>])/gi;

/** Where the element that begins at `start` ends; nothing where it does not. */
function endOf(packet: string, name: string, start: number): number | undefined {
  const opened = packet.indexOf('>', start);
  if (opened < 0) return undefined;
  if (packet[opened - 1] === '/') return opened + 1;
  const closing = packet.indexOf(`</${name}`, opened);
  const closed = closing < 0 ? -1 : packet.indexOf('>', closing);
  return closed < 0 ? undefined : closed + 1;
}

/**
 * An XMP packet without where the picture was taken, told by attributes or elements (XMP specification, part 1, 7);
 * nothing where it cannot be told where such an element ends.
 */
export function withoutPosition(packet: string): string | undefined {
  const rest = packet.replaceAll(ATTRIBUTE, '');
  const kept: string[] = [];
  let from = 0;
  for (const { index, 1: name = '' } of rest.matchAll(ELEMENT)) {
    // Within one that is gone already.
    if (index < from) continue;
    const end = endOf(rest, name, index);
    if (end === undefined) return undefined;
    kept.push(rest.slice(from, index));
    from = end;
  }
  return kept.join('') + rest.slice(from);
}
