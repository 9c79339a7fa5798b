export { misbehaviour } from './parser-problem.ts';
export { mutatedMessage } from './mutated-message.ts';
