import { expect, test } from 'vitest';
import { builtPackage } from './built-package.ts';
import { findEmulatedNode } from './emulated-node.ts';
import { decodeHeic, processPhoto } from './process-photo.ts';
import { UnpackedFunction } from './unpacked-function.ts';

const node = { command: process.execPath, args: [] };
const isX64 = process.platform === 'linux' && process.arch === 'x64';
const x64Title = isX64
  ? 'the package for x86_64, out of its zip file, makes the outputs of a photo'
  : `the package for x86_64: NOT TESTED, this machine is ${process.platform}-${process.arch}`;

test.skipIf(!isX64)(x64Title, () => processPhoto('x86_64', node));
test.skipIf(!isX64).each(['heic', 'pdf', 'dicom'] as const)(
  `with the decoder of %s, ${x64Title}`,
  (format) => processPhoto('x86_64', node, format),
);

const DECODED = { width: 64, height: 96, bytes: 3 * 64 * 96 };

test('the decoder of HEIC works in any Node', async () => {
  expect(await decodeHeic('x86_64', node)).toEqual(DECODED);
});

test.each([
  'node_modules/@img/sharp-linux-x64/lib/',
  'node_modules/@img/sharp-libvips-linux-x64/lib/',
])('does not start without %s: it loads no file of this machine instead', async (missing) => {
  const broken = await UnpackedFunction.start({
    code: builtPackage('x86_64'),
    node,
    endpoint: 'http://127.0.0.1:9',
    environment: {},
    leaveOut: (name) => name.startsWith(missing),
  });
  try {
    await expect(broken.invoke({ Records: [] })).rejects.toThrow(
      'Could not load the "sharp" module',
    );
  } finally {
    await broken.stop();
  }
});

/** Emulation takes about ten times as long. */
const PATIENCE_MS = 3_600_000;

const arm64Node = findEmulatedNode();
const arm64Title = arm64Node
  ? 'the package for arm64, out of its zip file, makes the outputs of a photo'
  : 'the package for arm64: NOT TESTED, no emulator; tools/ci/arm64-emulator.sh prepares one';

test.skipIf(!arm64Node)(
  arm64Title,
  async () => {
    if (!arm64Node) return;
    await processPhoto('arm64', arm64Node);
    // The emulator does not start the process of an upload: this machine cannot run its Node.
    expect(await decodeHeic('arm64', arm64Node)).toEqual(DECODED);
  },
  PATIENCE_MS,
);
