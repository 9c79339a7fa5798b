/** Files whose content does not match their header, and findings of the fuzzer. */
import { animatedSample, sample } from '@darkroom/transforms/testing';
import { gif } from '@darkroom/transforms/testing/structure/gif.ts';
import { box } from '@darkroom/transforms/testing/structure/isobmff.ts';
import { latin1, uint32LE } from '@darkroom/transforms/testing/structure/piece.ts';
import { webp } from '@darkroom/transforms/testing/structure/riff.ts';
import { item } from './hostile-upload.ts';

const SIZE = { width: 64, height: 48 };
const moving = () => animatedSample('gif', SIZE);

/** Delays are bytes 4 and 5 of the graphic control extension, in hundredths of a second (GIF89a, 23). */
async function slowGif(): Promise<Buffer> {
  const slow = (data: Buffer) =>
    Buffer.concat([data.subarray(0, 4), Buffer.from([0xff, 0xff]), data.subarray(6)]);
  return gif.join(
    gif
      .split(await moving())
      .map((piece) => (piece.data[1] === 0xf9 ? { ...piece, data: slow(piece.data) } : piece)),
  );
}

/** The last frame's pixels are cut, its end stays. */
async function cutGif(): Promise<Buffer> {
  const pieces = gif.split(await moving());
  const last = pieces.findLastIndex(({ type }) => type === 'pixels');
  return gif.join(pieces.toSpliced(last, 1));
}

async function cutWebp(): Promise<Buffer> {
  const pieces = webp.split(await animatedSample('webp', SIZE));
  const last = pieces.at(-1);
  const cut = last ? [{ type: last.type, data: last.data.subarray(0, 40) }] : [];
  return webp.join([...pieces.slice(0, -1), ...cut]);
}

export const LIES = [
  item('nothing', 'CORRUPT_IMAGE', () => Buffer.alloc(0)),
  item('one byte', 'UNSUPPORTED_FORMAT', () => Buffer.from([0xff])),
  item('a megabyte of zeros', 'UNSUPPORTED_FORMAT', () => Buffer.alloc(1_000_000)),
  item('an AVIF’s first box alone', 'CORRUPT_IMAGE', () =>
    box('ftyp', latin1('avif\0\0\0\0avifmif1')),
  ),
  item('an AVIF that says it is a HEIC', 'UNSUPPORTED_FORMAT', async () => {
    const file = await sample({ ...SIZE, format: 'avif' });
    file.write('heic', 8, 'latin1');
    return file;
  }),
  item('an AVIF without its picture', 'CORRUPT_IMAGE', async () => {
    const file = await sample({ ...SIZE, format: 'avif' });
    return file.subarray(0, file.indexOf('mdat') + 4);
  }),
  item('a WebP that says it has 4 GiB', ['DONE', 'CORRUPT_IMAGE'], async () => {
    const file = await sample({ ...SIZE, format: 'webp' });
    uint32LE(0xfffffffe).copy(file, 4);
    return file;
  }),
  item('a WebP head around a JPEG', 'CORRUPT_IMAGE', async () =>
    Buffer.concat([latin1('RIFF\xff\0\0\0WEBPVP8 '), await sample(SIZE)]),
  ),
  item('a GIF whose frames stay for 655 s', 'DONE', slowGif),
  item('a GIF without its last frame’s pixels', ['DONE', 'CORRUPT_IMAGE'], cutGif),
  item('a WebP whose last frame is cut', 'CORRUPT_IMAGE', cutWebp),
  item('a Windows program', 'UNSUPPORTED_FORMAT', () =>
    Buffer.concat([latin1('MZ'), Buffer.alloc(500)]),
  ),
  item('PostScript', 'UNSUPPORTED_FORMAT', () =>
    latin1('%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n'),
  ),
  item('ImageMagick’s own language', 'UNSUPPORTED_FORMAT', () =>
    latin1(
      'push graphic-context\nfill \'url(https://127.0.0.1/"|ls "-la)\'\npop graphic-context\n',
    ),
  ),
];
