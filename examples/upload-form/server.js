import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { ClientError, explain } from '@darkroom/client';
import { createUploads } from '@darkroom/client/server';
import { recipe } from './recipe.js';

// Variables of `.darkroom/env`. On AWS, take the names from `pulumi stack output`, and leave the endpoint out.
const {
  AWS_ENDPOINT_URL,
  DARKROOM_SOURCE_BUCKET,
  DARKROOM_PROCESSED_BUCKET,
  // On AWS: `deliveryUrl`, of a stack with `delivery.outcomes: true`.
  DELIVERY_URL,
  PORT = '3000',
} = process.env;

const uploads = createUploads({
  s3: new S3Client({ forcePathStyle: AWS_ENDPOINT_URL !== undefined }),
  sourceBucket: DARKROOM_SOURCE_BUCKET,
  processedBucket: DARKROOM_PROCESSED_BUCKET,
  recipe,
  deliveryUrl: DELIVERY_URL,
  maxBytes: 20 * 1024 * 1024,
});
/** In front of the outputs' keys. */
const base = DELIVERY_URL ?? `${AWS_ENDPOINT_URL}/${DARKROOM_PROCESSED_BUCKET}`;

/** What the page may load, apart from itself. */
const modules = {
  '/index.js': '@darkroom/client',
  '/outcome.js': '@darkroom/client',
  '/poll.js': '@darkroom/client',
  '/picture.js': '@darkroom/client/picture',
  '/thumbhash.js': 'thumbhash',
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const answer = (status, type, body) =>
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
  const json = (status, value) => answer(status, 'application/json', JSON.stringify(value));
  try {
    if (pathname === '/') {
      answer(200, 'text/html', await readFile(new URL('index.html', import.meta.url)));
    } else if (pathname in modules) {
      const file = new URL(
        pathname === '/thumbhash.js' ? '' : pathname.slice(1),
        import.meta.resolve(modules[pathname]),
      );
      answer(200, 'text/javascript', await readFile(fileURLToPath(file)));
    } else if (pathname === '/forms' && request.method === 'POST') {
      // Here an application checks who the user is, and how many files the user may upload.
      const form = await uploads.form(JSON.parse(await textOf(request)));
      json(200, {
        ...form,
        base: `${base}/${form.key}/`,
        outcomeUrl: form.outcomeUrl ?? `/outcomes/${form.key}`,
      });
    } else if (pathname.startsWith('/outcomes/')) {
      // Without delivery, the browser asks this server, and the server reads the manifest.
      const key = decodeURIComponent(pathname.slice('/outcomes/'.length));
      json(200, await uploads.waitForOutcome(key, { timeout: 20_000 }));
    } else {
      json(404, {});
    }
  } catch (error) {
    if (!(error instanceof ClientError) && !(error instanceof SyntaxError)) console.error(error);
    if (error instanceof ClientError)
      json(error.code === 'TIMEOUT' ? 404 : 422, { problem: explain(error.code) });
    else json(400, { problem: 'Something went wrong. Please try again.' });
  }
});

async function textOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 10_000) throw new SyntaxError('too long');
  }
  return text;
}

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
