import fc from 'fast-check';
import {
  eventBridgeEvent,
  s3Notification,
  s3Record,
  s3TestEvent,
  snsEnvelope,
} from '@darkroom/events/testing';

/** Messages as AWS sends them. */
const REAL = [
  s3Notification(s3Record('photos', 'uploads/a b+c%20.jpg')),
  s3Notification(s3Record('photos', 'a.jpg'), s3Record('scans', 'ü/🐈.jpg')),
  eventBridgeEvent('photos', 'uploads/a.jpg'),
  snsEnvelope(s3Notification(s3Record('photos', 'a.jpg'))),
  snsEnvelope(snsEnvelope(eventBridgeEvent('photos', 'a.jpg'))),
  s3TestEvent(),
].map((message) => JSON.stringify(message));

const deep = (open: string, close: string) => open.repeat(2_000) + close.repeat(2_000);

/** JSON tokens that parsers handle wrong. */
const HOSTILE = [
  ...['"__proto__"', '"constructor"', '"prototype"', '"toString"', '"Records"', '"detail-type"'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'],
  ...['null', 'true', '[]', '{}', '""', '0', '-0', '1e999', '9007199254740993', '-1', '0.1'],
  ...['"\\ud800"', '"\\u0000"', '"%00"', '"%"', '"%F0%9F"', '"+"', '"../../etc/passwd"', '"//"'],
  ...['NaN', 'undefined', "'", '//', ',', ':', '{', '}', '[', ']', '"', '\\'],
  ...[`"${'a'.repeat(5_000)}"`, `"${'%2e'.repeat(400)}"`, deep('[', ']'), deep('{"a":', '}')],
];

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

interface Change {
  readonly kind: 'remove' | 'repeat' | 'exchange' | 'replace' | 'cut' | 'character';
  /** Places, as shares of the length. */
  readonly at: number;
  readonly other: number;
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('remove', 'repeat', 'exchange', 'replace', 'replace', 'cut', 'character'),
  at: share,
  other: share,
});

function apply(tokens: readonly string[], { kind, at, other }: Change): readonly string[] {
  const [index, second] = [Math.floor(at * tokens.length), Math.floor(other * tokens.length)];
  const [one = '', two = ''] = [tokens[index], tokens[second]];
  switch (kind) {
    case 'remove':
      return tokens.toSpliced(index, 1);
    case 'repeat':
      return tokens.toSpliced(second, 0, one);
    case 'exchange':
      return tokens.map((token, place) => (place === index ? two : place === second ? one : token));
    case 'replace':
      return tokens.toSpliced(index, 1, HOSTILE[Math.floor(other * HOSTILE.length)] ?? '');
    case 'cut':
      return tokens.slice(0, index);
    case 'character': {
      const place = Math.floor(other * one.length);
      const code = String.fromCharCode(one.charCodeAt(place) ^ (1 << Math.floor(other * 8)));
      return tokens.toSpliced(index, 1, one.slice(0, place) + code + one.slice(place + 1));
    }
  }
}

/** Bodies of real messages with one to four changed tokens. */
export const mutatedMessage: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...REAL), fc.array(change, { minLength: 1, maxLength: 4 }))
  .map(([body, changes]) =>
    changes.reduce<readonly string[]>(apply, body.match(TOKEN) ?? []).join(''),
  );
