/** The Pulumi SDK of the bundled program, for the thread that runs it. */
export { runtime } from '@pulumi/pulumi';
export { ResourceMonitorService } from '@pulumi/pulumi/proto/resource_grpc_pb.js';
