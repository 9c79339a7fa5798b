import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { format } from 'prettier';
import { expect, onTestFinished, test } from 'vitest';
import { createApi } from './start-api.ts';

test('the types of the page are those of the API: npx vitest run -u writes them', async () => {
  const api = await createApi({
    ...{ port: 0, host: '127.0.0.1', consoleDir: import.meta.dirname },
    stack: () => undefined,
  });
  onTestFinished(() => api.close());
  const response = await api.inject({
    url: '/api/openapi.json',
    headers: { host: '127.0.0.1' },
  });
  expect(response.statusCode).toBe(200);
  const text = astToString(await openapiTS(response.json<OpenAPI3>()));
  const file = await format(`/** Written from the API's description. */\n${text}`, {
    ...{ parser: 'typescript', singleQuote: true, printWidth: 100 },
  });
  await expect(file).toMatchFileSnapshot('../../../apps/console/src/api/schema.ts');
});
