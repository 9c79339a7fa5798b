import type { Emulator } from './emulator.ts';

/** Upstream: no Systems Manager. Here `GetParameter` returns the values that the caller of the embedded AWS has. */
export function getParameter({ app, parameter }: Emulator): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.headers['x-amz-target'] !== 'AmazonSSM.GetParameter') return;
    const { Name = '' } = request.body as { Name?: string };
    // Here a parameter has one version. On AWS, the name may end with the number of a version.
    const name = Name.replace(/:\d+$/, '');
    const Value = parameter(name);
    reply.type('application/x-amz-json-1.1');
    await (Value === undefined
      ? reply.code(400).send(JSON.stringify({ __type: 'ParameterNotFound', message: Name }))
      : reply.send(JSON.stringify({ Parameter: { Name: name, Type: 'SecureString', Value } })));
  });
}
