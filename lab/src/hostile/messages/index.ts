export { misbehaviour } from './misbehaviour.ts';
export { mutatedMessage } from './mutated-message.ts';
