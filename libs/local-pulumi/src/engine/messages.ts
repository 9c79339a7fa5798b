import resources from '@pulumi/pulumi/proto/resource_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';

/** What the monitor answers, with the protobuf classes of each request and response. */
export const METHODS = {
  getDeploymentInfo: { request: empty.Empty, response: resources.DeploymentInfo },
  registerResource: {
    request: resources.RegisterResourceRequest,
    response: resources.RegisterResourceResponse,
  },
  registerResourceOutputs: {
    request: resources.RegisterResourceOutputsRequest,
    response: empty.Empty,
  },
  readResource: {
    request: resources.ReadResourceRequest,
    response: resources.ReadResourceResponse,
  },
  invoke: { request: resources.ResourceInvokeRequest, response: resources.ResourceInvokeResponse },
  signalAndWaitForShutdown: { request: empty.Empty, response: empty.Empty },
} as const;

export type Method = keyof typeof METHODS;
export type RequestOf<Name extends Method> = InstanceType<(typeof METHODS)[Name]['request']>;
export type ResponseOf<Name extends Method> = InstanceType<(typeof METHODS)[Name]['response']>;

/** Pulumi's resource monitor service without a transport. */
export type Monitor = {
  readonly [Name in Method]: (request: RequestOf<Name>) => Promise<ResponseOf<Name>>;
};

/** The worker's start data. */
export interface ProgramData {
  /** Absolute path of the program's module. */
  readonly entry: string;
  /**
   * Absolute path of a module that exports `runtime` and `ResourceMonitorService` of the program's Pulumi SDK. Default:
   * the `@pulumi/pulumi` that the program's module finds.
   */
  readonly sdk?: string | undefined;
  readonly project: string;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
}

/** An error that crossed the thread border. */
export interface ProgramError {
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Worker to host. `call` is answered with a `ProgramReply`. */
export type ProgramMessage =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: Method;
      readonly bytes: Uint8Array;
    }
  /** The program has ended, and all of its calls were answered. */
  | { readonly kind: 'done'; readonly error?: ProgramError | undefined };

/** Host to worker: the response's bytes, or the reason of the failure. */
export type ProgramReply =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly error: string };
