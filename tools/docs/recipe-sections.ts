import { SIDE_FILES_FOLDER } from '@darkroom/pipeline';

const yaml = (text: string) => '```yaml\n' + text + '\n```';

/** What the table of members leaves unsaid, a section for each. */
export const recipeSections: readonly string[] = [
  '## Responsive sets',
  'A variant with `widths` stands for one variant of each width, and with an `encode` list for one of each format. This one makes `w320-webp`, `w320-jpeg`, `w640-webp` and so on:',
  yaml(`- name: w{width}
  widths: [320, 640, 1280]
  encode: [{ format: webp, quality: 80 }, { format: jpeg, quality: 82 }]
  steps:
    - rotate: auto
    - sharpen`),
  'They are written out before anything else sees them: manifests, keys and messages know plain variants only, and writing them out by hand means the same. A name without `{width}` gets `-WIDTH` at its end, then `-FORMAT` if there is an `encode` list; names must differ in the end as always.',
  'Each width becomes `resize: { width: WIDTH, withoutEnlargement: true }`, which is done as the last step before `encode`. To have it done elsewhere, or with other options, write a `resize` without a width at that place, such as a bare `- resize` or `- resize: { kernel: mitchell }`; `withoutEnlargement: false` lets small uploads grow. A set keeps the shape of the picture: for another one, `crop` first.',

  '## Conditions',
  'A variant with `when` is made only for uploads of which all that it names holds, as their header tells. So an expensive format can be kept for small pictures, and another stand in for large ones:',
  yaml(`variants:
  - name: web-avif
    when: { pixels: { max: 4000000 } }
    steps: [rotate, { encode: avif }]
  - name: web-webp
    when: { pixels: { min: 4000001 } }
    steps: [rotate, { encode: webp }]`),
  'Names differ all the same; the manifest lists what was made, and a reader takes what it finds there. A new upload under the same key for which the condition no longer holds has the old output removed. If no condition holds, the upload is `done` without outputs.',

  '## Effort',
  'What encoders do where an `encode` step does not say it: `fast` for the least CPU, `small` for the fewest bytes. [encode](transforms.md#encode) tells what that means for each format.',

  '## Animations',
  'With `animated: keep` an animated GIF or WebP keeps its frames in outputs that are GIF or WebP; steps work on every frame, and other formats get the first one. With `animated: first` every output is a still of the first frame. A variant may say otherwise than its recipe: moving pictures, and a still for a list of thumbnails.',

  '## Pages',
  'A variant with `pages` makes a picture of each page of a multi-page TIFF, a PDF or another document: `all`, one page, or a range with both ends. Its outputs are `KEY/NAME-p1.EXT`, `KEY/NAME-p2.EXT` and so on. Without `pages` there is one picture of the first page, `KEY/NAME.EXT`:',
  yaml(`variants:
  - name: page
    pages: all
    steps: [rotate, { encode: webp }]
  - name: preview
    steps: [rotate, { resize: { width: 200 } }, { encode: webp }]`),
  'A recipe in which another variant has the name of a page, such as `page-p1`, is refused. Uploads that are not documents have page 1. The limits count all pages that are decoded; [contract.md](contract.md#pages) has the rules, and [formats.md](formats.md#multi-page-tiff) a recipe for scans.',

  '## Frames',
  'A variant with `frames` makes a still of each frame of an animated GIF or WebP, as a browser shows it: `all`, one frame, or a range with both ends. `{ evenly: 4 }` makes four at most, at the same distance, from the first one on. Its outputs are `KEY/NAME-f1.EXT`, `KEY/NAME-f2.EXT` and so on, by the numbers of the frames:',
  yaml(`variants:
  - name: clip
    steps: [{ resize: { width: 480 } }, { encode: webp }]
  - name: still
    frames: { evenly: 4 }
    steps: [{ resize: { width: 240 } }, { encode: webp }]`),
  'Of an animation of 300 frames, the stills are `still-f1`, `still-f76`, `still-f151` and `still-f226`. All steps work on them as on pictures, also `trim` and encoders that cannot hold an animation. Uploads that are not animations have frame 1. A variant has pages, frames, or `animated`; [contract.md](contract.md#frames) has the rules. `pages` also takes `evenly`.',
  `| the upload | the four stills of \`{ evenly: 4 }\` |
| --- | --- |
| ![an animation of eight scenes](pictures/clip.webp) | ![its scenes 1, 3, 5 and 7](pictures/frames.webp) |`,

  '## Contact sheets',
  'The step `montage` joins the pictures of the pages or frames that a variant selects to one picture, `KEY/NAME.EXT`. Steps before it work on each picture, steps after it on the sheet:',
  yaml(`variants:
  - name: storyboard # of a GIF that shows a video
    frames: { evenly: 12 }
    steps:
      - resize: { width: 240, height: 135, fit: cover }
      - montage: { columns: 4, gap: 8, background: '#202020' }
      - encode: webp
  - name: overview # of a scanned document
    pages: { evenly: 9 }
    steps:
      - rotate
      - resize: { width: 320, height: 400, fit: inside }
      - montage: { gap: 16, background: '#d0d0d0' }
      - encode: { format: webp, quality: 75 }`),
  'With `widths`, the widths are those of the sheet, or those of its cells if a `resize` without sides comes before `montage`. [montage](transforms.md#montage) has the options and a picture, [contract.md](contract.md#contact-sheets) the rules.',

  '## Placeholders',
  'The manifest’s `placeholder` holds a ThumbHash and the dominant colour, and a BlurHash too if asked:',
  yaml('placeholder: { blurhash: true, dominantColour: false }'),
  'They are made of the upright picture in the same decode. With `placeholder: false` there is none.',

  '## Facts of an upload',
  'The manifest can say what the samples of an upload are, which is what programs for scans, slides and sky images start from:',
  yaml('facts: [resolution, minimum, maximum, mean, percentiles, histogram]'),
  'They are in `source.facts`, for each channel of the first page or frame, as the file stores them; those of FITS and grey DICOM files are in the file’s own units ([contract.md](contract.md#facts-of-the-upload)).',

  '## Choices of an upload',
  'An upload can name a focal point, a crop and an alternative text in its metadata, if the recipe allows each by name. Cuts with `position: focus` keep the focal point; uploads without one use the step’s `focus` or `otherwise`:',
  yaml(
    'choices: [focus, alt]\nvariants:\n  - name: thumb\n    steps:\n      - rotate: auto\n      - resize: { width: 200, height: 200, position: focus, otherwise: attention }',
  ),
  'Only `rotate: auto` may come before such a `resize`, because a focal point is a place in the upright upload. A crop comes before the steps of all variants, except copies. [contract.md](contract.md#choices) describes the metadata.',

  '## Variants made on first request',
  'Not supported. All variants are made when the upload arrives, so each request of a page is a read of S3 or CloudFront. If few of your variants are ever shown, use fewer variants, or put those behind a recipe and prefix of their own.',
  'The reason is the [promise](contract.md#promise) of the pipeline. Only messages of the queue cause outputs, and each output that a manifest lists exists. A request would be a second cause of outputs, in no order with the messages of its upload: the upload can change while a request renders it. That needs a claim that expires, another check of the upload after the output is written, and exceptions for outputs that do not exist yet: in the promise, in `compare`, and in the removal of leftovers. Darkroom keeps the simpler protocol.',

  '## Copies',
  'A variant with `copy: true` and no steps is the upload, byte for byte, under the extension and media type of its true format. So **its metadata is published too, the place where it was taken included**. It is written when all other variants have shown that the upload can be decoded. An SVG can carry scripts, and outputs never do: a recipe that accepts `svg` copies only by a `when` with the other formats.',

  '## Side files',
  `Steps such as \`watermark\` read a file beside the upload, of at most 16 MiB. Its name says where it stands:`,
  [
    '| name | file |',
    '| --- | --- |',
    `| \`brand/logo.png\` | in the folder \`${SIDE_FILES_FOLDER}\` beside \`Pulumi.yaml\` (the component’s \`assetsDir\`). It travels in the function’s package, and its content counts as part of the recipe: with another logo, outputs of the old one are out of date. One that is missing is an error at preview. |`,
    '| `s3:brand/logo.png` | the object of that key in the source bucket, read for each upload that needs it; the function may read exactly the keys that recipes name. Its content does not count: a new logo is for new uploads only, so give it a new name (`brand/logo-2.png`), which counts. One that is missing is `TRANSFORM_FAILED`, which a redrive mends once it is there. |',
  ].join('\n'),
  'Names consist of letters, digits, `.`, `_`, `-` and slashes between them.',

  '## The plan',
  'What a recipe does to a photo, printed without doing it: the stages, each one pipeline of sharp, why each ends, and the memory that they take.',
  '```sh\nnpm run darkroom -- explain recipe.yaml photo.jpg\n```',
  'The file holds one recipe, a list of which the third argument names one, settings with `recipes`, or is a stack file.',
];
