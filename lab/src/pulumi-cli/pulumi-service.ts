/**
 * The API of Pulumi Cloud on this machine, as far as the real CLI uses it: stacks with their state, updates, secrets, and
 * ESC environments. The environments are already evaluated: imports and `fn::` are the service's own work.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

export interface PulumiService {
  /** For `PULUMI_BACKEND_URL`. */
  readonly url: string;
  /** What the environment of a stack contains, by the first name that the stack imports. */
  readonly environments: Map<string, Readonly<Record<string, unknown>>>;
  /** Requests that this file does not answer. */
  readonly unknown: string[];
  readonly stop: () => void;
}

interface Answer {
  readonly status?: number;
  readonly body?: object;
}

type Body = Record<string, unknown>;

/** Marks a secret value of an environment. */
export const secret = (value: unknown) => ({ [SECRET]: value });
const SECRET = 'fn::secret';
const ACCEPTED: Answer = { body: {} };

export async function startPulumiService(): Promise<PulumiService> {
  const environments: PulumiService['environments'] = new Map();
  const unknown: string[] = [];
  const stacks = new Map<string, { deployment: unknown; version: number }>();

  const routes: readonly [RegExp, (match: RegExpExecArray, body: Body) => Answer][] = [
    [/^GET \/api\/capabilities$/, () => ({ body: { capabilities: [] } })],
    [
      /^GET \/api\/user$/,
      () => ({
        body: { githubLogin: 'tester', name: 'Tester', organizations: [{ githubLogin: 'acme' }] },
      }),
    ],
    [/^GET \/api\/user\/organizations\/default$/, () => ({ body: { githubLogin: 'acme' } })],
    [/^HEAD \/api\/stacks\/\w+\/\w+$/, () => ACCEPTED],
    [
      /^POST \/api\/stacks\/(\w+\/\w+)$/,
      ([, project], { stackName }) => {
        stacks.set(`${project}/${String(stackName)}`, { deployment: null, version: 0 });
        return ACCEPTED;
      },
    ],
    [
      /^GET \/api\/stacks\/((\w+)\/(\w+)\/(\w+))$/,
      ([, id = '', orgName, projectName, stackName]) => {
        const version = stacks.get(id)?.version;
        return version === undefined
          ? { status: 404, body: { code: 404, message: 'Not Found: Stack not found' } }
          : { body: { orgName, projectName, stackName, version, tags: {}, activeUpdate: '' } };
      },
    ],
    [
      /^GET \/api\/stacks\/(\w+\/\w+\/\w+)\/export/,
      ([, id = '']) => ({ body: { version: 3, deployment: stacks.get(id)?.deployment ?? null } }),
    ],
    [
      /^POST \/api\/stacks\/\w+\/\w+\/\w+\/(?:preview|update|refresh|destroy)$/,
      () => ({ body: { updateID: 'update' } }),
    ],
    [
      /^POST \/api\/stacks\/\w+\/\w+\/\w+\/\w+\/update(?:\/renew_lease)?$/,
      () => ({ body: { version: 1, token: 'lease' } }),
    ],
    [
      /^PATCH \/api\/stacks\/(\w+\/\w+\/\w+)\/\w+\/update\/checkpoint$/,
      ([, id = ''], { deployment }) => {
        stacks.set(id, { deployment, version: (stacks.get(id)?.version ?? 0) + 1 });
        return ACCEPTED;
      },
    ],
    [
      /^POST \/api\/stacks\/\w+\/\w+\/\w+\/\w+\/update\/(?:events\/batch|complete)$/,
      () => ACCEPTED,
    ],
    // Encrypted values are readable here.
    [/^POST .*\/encrypt$/, (_match, { plaintext }) => ({ body: { ciphertext: plaintext } })],
    [/^POST .*\/decrypt$/, (_match, { ciphertext }) => ({ body: { plaintext: ciphertext } })],
    [
      /^POST .*\/batch-encrypt$/,
      (_match, { plaintexts }) => ({ body: { ciphertexts: plaintexts } }),
    ],
    [
      /^POST .*\/batch-decrypt$/,
      (_match, { ciphertexts }) => ({
        body: {
          plaintexts: Object.fromEntries((ciphertexts as string[]).map((one) => [one, one])),
        },
      }),
    ],
    [/^POST .*\/log-(?:batch-)?decryption$/, () => ACCEPTED],
    [
      /^POST \/api\/esc\/environments\/\w+\/yaml\/open/,
      (_match, { imports }) => open(String((imports as unknown[])[0])),
    ],
    [/^POST \/api\/esc\/environments\/\w+\/([\w-]+\/[\w-]+)\/open/, ([, name = '']) => open(name)],
    [
      /^GET \/api\/esc\/environments\/\w+\/(?:yaml|[\w-]+\/[\w-]+)\/open\/([^/]+)$/,
      ([, id = '']) => {
        const { value } = escValue(environments.get(decodeURIComponent(id)) ?? {});
        return { body: { properties: value } };
      },
    ],
  ];

  function open(name: string): Answer {
    if (environments.has(name)) return { body: { id: encodeURIComponent(name) } };
    const summary = `environment '${name}' not found`;
    return { status: 400, body: { code: 400, message: summary, diagnostics: [{ summary }] } };
  }

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const line = `${request.method} ${(request.url ?? '').split('?')[0]}`;
      for (const [route, handle] of routes) {
        const match = route.exec(line);
        if (!match) continue;
        const { status = 200, body: answer = {} } = handle(match, body);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
        return;
      }
      unknown.push(line);
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 404, message: `Not Found: ${line}` }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ environments, unknown },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const isPacked = request.headers['content-encoding'] === 'gzip';
  const body = await text(isPacked ? request.pipe(createGunzip()) : request);
  return body === '' ? {} : (JSON.parse(body) as Body);
}

/** A value as the service returns it from an open environment. */
function escValue(given: unknown): { value: unknown; secret?: true } {
  if (Array.isArray(given)) return { value: given.map(escValue) };
  if (typeof given !== 'object' || given === null) return { value: given };
  if (SECRET in given) return { ...escValue(given[SECRET]), secret: true };
  return {
    value: Object.fromEntries(Object.entries(given).map(([key, one]) => [key, escValue(one)])),
  };
}
