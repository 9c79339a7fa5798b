import { readFileSync } from 'node:fs';
import path from 'node:path';

const EXAMPLE = 'examples/upload-form';
const WORKER = 'examples/webhook-worker';
const NEXT = 'examples/nextjs';

/** `docs/applications.md`: the code is that of the example, which a test runs in a browser. */
export function applicationsPage(checkout: string): string {
  const file = (name: string, language: string, example = EXAMPLE) => {
    const text = readFileSync(path.join(checkout, example, name), 'utf8');
    return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
  };
  return [
    '# Darkroom in an application',
    'An application meets the pipeline twice: when a user uploads a picture, and when a page shows it. The package `@darkroom/client` ([README](../libs/client/README.md)) has both ends. It is not published yet: in a checkout, `npx nx build client` builds it, and `npm pack -w @darkroom/client` packs it.',
    `[${EXAMPLE}](../${EXAMPLE}/README.md) is the complete application of this page.`,
    '## The settings',
    'The browser sends the file to S3 itself. The stack therefore has to allow the origin of the page, and should deliver outcomes:',
    '```yaml\nsource:\n  cors: { origins: [https://shop.example] }\ndelivery:\n  outcomes: true\n  cors: { origins: [https://shop.example] }\n```',
    'The recipe, in the form that the package reads:',
    file('recipe.js', 'js'),
    '## The server',
    'The server signs a form for one file: S3 accepts exactly this key, type, size and checksum, until the form expires. The key is random and has no part of the user’s file name. Each user may need a folder of their own: `uploads.form(file, userId)`. The server’s identity needs the permission `s3:PutObject` on the recipe’s prefix and, to wait for outcomes itself, `s3:GetObject` on the processed bucket.',
    file('server.js', 'js'),
    '## The page',
    'The page sends the file with its progress, waits for the outcome, and shows the picture. The placeholder needs no request, the size of the picture is known before it loads, and the browser chooses the smallest file that is sharp enough.',
    file('index.html', 'html'),
    '## Outcomes on a server',
    'An application that keeps a list of pictures learns each outcome by [webhook](contract.md#webhook): processed, rejected, removed, and given up. The request is signed, repeated until it is accepted, and may come again or late. The stack’s settings name the receiver:',
    '```yaml\nevents:\n  webhook:\n    url: https://shop.example/darkroom\n    secret: { secure: … } # pulumi config set --secret --path\n```',
    `A complete receiver, [${WORKER}](../${WORKER}/README.md):`,
    file('worker.js', 'js', WORKER),
    'While you write a receiver, the local stack sends it the same requests: `DARKROOM_WEBHOOK_URL=… DARKROOM_WEBHOOK_SECRET=… npm start`. `curl -N http://127.0.0.1:4400/api/outcomes` prints each event.',
    '## Other ways',
    [
      '- **React**: `<Picture outcome={outcome} base={base} alt="A cat" sizes="50vw" />` from `@darkroom/client/react` fades in over its placeholder.',
      `- **next/image**: \`<Image loader={nextLoader(outcome, { base })} src="photo" width={640} height={480} alt="A cat" />\`. The setting \`images.deviceSizes\` of Next.js should be the widths of the recipe. [${NEXT}](../${NEXT}/README.md) is a complete page.`,
      "- **Without the outcome**: `urls('uploads/cat.jpg', recipe, base)` from `@darkroom/client/urls` has the URLs of all variants that the recipe makes of every upload. Its type follows from the recipe (`as const`): a variant that is unknown, conditional, a copy, or without a format does not compile.",
      '- **Large originals**: `uploads.multipart` has the functions that the routes of [Uppy](https://uppy.io/docs/aws-s3/)’s S3 plugin call: `create`, `signPart`, `listParts`, `complete`, `abort`.',
      '- **Focal point, crop, alternative text**: `uploads.form({ …file, choices: { focus: { x: 0.3, y: 0.7 }, alt: "A cat" } })` signs them into the form, if the recipe has `choices: [focus, alt]` ([contract](contract.md#choices)). The text is in the outcome, and `picture` uses it.',
      '- **On a server**: `uploads.waitForOutcome(key, { eTag })` polls the manifest.',
    ].join('\n'),
    '## What is missing',
    'Variants are made when the upload arrives. Darkroom makes none on its first request, and no URL resizes on demand: the recipe names all variants before the upload. [recipes.md](recipes.md#variants-made-on-first-request) says why. After a change of the recipe, `darkroom apply` makes the variants of earlier uploads.',
    '## When an upload fails',
    '`explain(code)` has a sentence for users for each code of a rejected upload ([contract](contract.md#codes)) and of a failed request ([README](../libs/client/README.md#errors)). The rejection `GAVE_UP` is written before the last attempt, so `waitForOutcome` polls on for up to 30 s after it.',
  ].join('\n\n');
}
