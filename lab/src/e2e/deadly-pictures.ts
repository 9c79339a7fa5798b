/** Bundled with the real handler. Marked images end the process that decodes them, as a defect of a decoder would. */
import sharp from 'sharp';
import { DEADLY, DEADLY_FOR_ALL } from './deadly-marks.ts';

const prototype = sharp.prototype as { metadata: (...given: unknown[]) => unknown };
const { metadata } = prototype;

prototype.metadata = function (this: unknown, ...given: unknown[]): unknown {
  const { options } = this as { options: { input: { buffer?: Buffer } } };
  const file = options.input.buffer;
  // Kill the parent process too, as if the machine had failed.
  if (file?.includes(DEADLY_FOR_ALL) === true) {
    if (process.send) process.kill(process.ppid, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  }
  if (file?.includes(DEADLY) === true) process.kill(process.pid, 'SIGKILL');
  return metadata.apply(this, given);
};
