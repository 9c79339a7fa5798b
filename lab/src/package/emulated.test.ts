import { test } from 'vitest';
import { findEmulatedNode } from './emulated-node.ts';
import { processPhoto } from './process-photo.ts';

/** Emulation takes some ten times as long, on a machine that may be slow. */
const PATIENCE_MS = 600_000;

const node = findEmulatedNode();
const title = node
  ? 'the package for arm64, out of its zip file, makes the outputs of a photo'
  : 'the package for arm64: NOT TESTED, no emulator; tools/ci/arm64-emulator.sh prepares one';

test.skipIf(!node)(
  title,
  async () => {
    if (node) await processPhoto('arm64', node);
  },
  PATIENCE_MS,
);
