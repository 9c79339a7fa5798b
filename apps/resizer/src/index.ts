/** What Lambda starts: the package's `index.mjs`, for the function's handler `index.handler`. */
export { handler } from './handler.ts';
