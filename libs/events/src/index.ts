export { decodeKey, encodeKey } from './decode-key.ts';
export { formatMessage } from './format-message.ts';
export { InvalidMessageError } from './errors.ts';
export type { ObjectChange } from './object-change.ts';
export { parseMessage, type ParsedMessage } from './parse-message.ts';
