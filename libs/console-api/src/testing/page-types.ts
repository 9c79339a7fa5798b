/** The types of the console's page, from the API's description. Run as a program, it writes them (`npm run docs`). */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { format } from 'prettier';
import { createApi } from '../start-api.ts';

export const PAGE_TYPES = path.resolve(
  import.meta.dirname,
  '../../../../apps/console/src/api/schema.ts',
);

/** @returns the text of the file {@link PAGE_TYPES} */
export async function pageTypes(): Promise<string> {
  const api = await createApi({
    ...{ port: 0, host: '127.0.0.1', consoleDir: import.meta.dirname },
    stack: () => undefined,
  });
  try {
    const response = await api.inject({
      url: '/api/openapi.json',
      headers: { host: '127.0.0.1' },
    });
    const text = astToString(await openapiTS(response.json<OpenAPI3>()));
    return await format(`/** Written from the API's description. */\n${text}`, {
      ...{ parser: 'typescript', singleQuote: true, printWidth: 100 },
    });
  } finally {
    await api.close();
  }
}

if (import.meta.main) await writeFile(PAGE_TYPES, await pageTypes());
