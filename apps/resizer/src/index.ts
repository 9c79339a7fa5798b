/** What Lambda starts: the package's `index.mjs`, for the function's handler `index.handler`. */
import './heap.ts';
import './stack-traces.ts';

export { handler } from './handler.ts';
