import * as grpc from '@grpc/grpc-js';

export type GrpcServer = Pick<grpc.Server, 'addService'>;

/** Answers a call with what `handle` returns or throws. */
export function answer<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) =>
          callback({
            code: grpc.status.UNKNOWN,
            details: error instanceof Error ? error.message : String(error),
          }),
      );
  };
}

/** A server on a free port of this machine. Methods without a handler answer UNIMPLEMENTED. */
export async function startGrpc(
  add: (server: GrpcServer) => void,
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  add(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { port, stop: () => server.forceShutdown() };
}
