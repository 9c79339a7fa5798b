export { InvalidMessageError } from './invalid-message.ts';
export { formatMessage } from './message-formats.ts';
export { decodeKey, encodeKey, type ObjectChange } from './object-change.ts';
export { parseMessage, type ParsedMessage } from './parse-message.ts';
