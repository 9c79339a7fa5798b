import { defineDecoder } from '@darkroom/transforms';
import * as z from 'zod';

const options = z
  .strictObject({
    burnedIn: z
      .enum(['reject', 'allow'])
      .default('reject')
      .describe(
        'Files that say that text is burned into their pixels (`BurnedInAnnotation` is `YES`), such as the name of a patient',
      ),
  })
  .describe('Which DICOM files are read');

const PREAMBLE = 128;
/** (0002,0000) or (0002,0001) with its type: the file lacks the preamble. */
const META = /^\x02\0[\0\x01]\0(?:UL|OB)/;
/** The first attributes of data sets: (0008,0005), (0008,0008), (0008,0016), of both kinds of little endian. */
const DATA_SET = /^\x08\0[\0\x05\x08\x16]\0(?:UL|CS|UI|[\x01-\x40]\0\0\0)/;

/** Medical images. The parser reads the attributes of an allow-list only. */
export const dicom = defineDecoder({
  name: 'dicom',
  version: 1,
  formats: ['dicom'],
  options,
  detect(start) {
    const text = Buffer.from(start.buffer, start.byteOffset, start.length).toString('latin1');
    const isFile = text.startsWith('DICM', PREAMBLE) || META.test(text) || DATA_SET.test(text);
    return isFile ? 'dicom' : undefined;
  },
  async header(source, { page, options: { burnedIn } }) {
    const { readHeader } = await import('./dicom-file.ts');
    return readHeader(source, { page, burnedIn });
  },
  async read(source, { page, options: { burnedIn } }) {
    const { readPixels } = await import('./dicom-file.ts');
    return readPixels(source, { page, burnedIn });
  },
});
