// Receives the outcomes of uploads and keeps the state of each picture in a database.
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const { DARKROOM_WEBHOOK_SECRET = '', DATABASE = 'pictures.db', PORT = '3100' } = process.env;
/** Bytes. An event has less than 256 KB. */
const MAX_BODY = 512 * 1024;

const webhook = new Webhook(DARKROOM_WEBHOOK_SECRET);
const database = new DatabaseSync(DATABASE);
database.exec(`
  CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, time TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS pictures (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, time TEXT NOT NULL, code TEXT, variants TEXT NOT NULL
  ) STRICT;
`);
const remember = database.prepare('INSERT OR IGNORE INTO events (id, time) VALUES (?, ?)');
// Events may arrive in another order: an older one changes nothing. A removed picture keeps its row for that reason.
const update = database.prepare(`
  INSERT INTO pictures (key, status, time, code, variants) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE
  SET status = excluded.status, time = excluded.time, code = excluded.code, variants = excluded.variants
  WHERE excluded.time >= pictures.time
`);

/** Applies an event once, however often it arrives. The event and its effect are one transaction. */
function apply(id, { type, timestamp, data }) {
  database.exec('BEGIN IMMEDIATE');
  try {
    const isNew = remember.run(id, timestamp).changes === 1;
    if (isNew) {
      const variants = (data.outputs ?? []).map(({ variant }) => variant);
      const { status, source, error } = data;
      update.run(source.key, status, timestamp, error?.code ?? null, variants.join(' '));
    }
    database.exec('COMMIT');
    console.log(`${isNew ? type : `${type} again`}: ${data.source.key}`);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

const server = createServer(async (request, response) => {
  const answer = (status) => response.writeHead(status).end();
  try {
    if (request.method !== 'POST' || request.url !== '/darkroom') return answer(404);
    const body = await bodyOf(request);
    if (body === undefined) return answer(413);
    apply(request.headers['webhook-id'], webhook.verify(body, request.headers));
    // Only now: without this answer, the event comes again.
    answer(204);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return answer(401);
    console.error(error);
    answer(500);
  }
});

/** @returns the body as it was signed, or undefined if it is too long */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/darkroom`);
});
