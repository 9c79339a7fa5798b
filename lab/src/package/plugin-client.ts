import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as grpc from '@grpc/grpc-js';
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';

/** Starts a plugin as Pulumi's engine does, and returns the schema that it answers with. */
export async function schemaOfPlugin(command: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const client = new services.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
      { 'grpc.max_receive_message_length': -1 },
    );
    try {
      const answer = Promise.withResolvers<InstanceType<typeof messages.GetSchemaResponse>>();
      client.getSchema(new messages.GetSchemaRequest(), (error, response) =>
        error ? answer.reject(error) : answer.resolve(response),
      );
      return JSON.parse((await answer.promise).getSchema()) as unknown;
    } finally {
      client.close();
    }
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}
