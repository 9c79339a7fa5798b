/** A property whose name speaks of GPS, of whichever vocabulary (`exif:GPSLatitude`, `drone-dji:GpsLongitude`). */
const NAME = String.raw`[\w-]+:gps\w*`;
const POSITION = new RegExp(
  String.raw`\s${NAME}\s*=\s*("[^"]*"|'[^']*')|<(${NAME})(?:\s[^>]*)?(?:/>|>[\s\S]*?</\2\s*>)`,
  'gi',
);

/** An XMP packet without where the picture was taken: as an attribute or an element (XMP specification, part 1, 7). */
export function withoutPosition(packet: string): string {
  return packet.replaceAll(POSITION, '');
}
