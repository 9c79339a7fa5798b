import { INVALID_MESSAGE_BODY_CHAR } from '../fauxqs-internals.ts';

/** SendMessage: `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`. */
const INVALID = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Upstream: a body with characters from U+10000, such as emoji, is refused. */
export function messageCharacters(): void {
  INVALID_MESSAGE_BODY_CHAR.test = (body) => INVALID.test(body);
}
