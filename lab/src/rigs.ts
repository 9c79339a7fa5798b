/** A rig whose tests are all that it runs. `npm test` runs them too. */
export interface TestRig {
  /** Name of the rig and of its folder. */
  readonly name: string;
  readonly summary: string;
}

/** Rigs whose tests are all that they run. */
export const TEST_RIGS: readonly TestRig[] = [
  { name: 'e2e', summary: 'the whole local stack against docs/contract.md' },
  { name: 'cases', summary: 'uploads that users reported, with the right answers' },
  {
    name: 'generated-stacks',
    summary: 'every rule of the policy pack on stacks of random settings',
  },
  { name: 's3-clients', summary: 'official and common S3 clients against the embedded S3' },
  { name: 'hostile', summary: 'hostile uploads and messages, made by code' },
  { name: 'image-probe', summary: 'the process in which hostile images are tried finds defects' },
  { name: 'model', summary: 'every interleaving of the protocol of docs/reconcile.md' },
  { name: 'planted-defects', summary: 'the checks of the chaos rig find known defects' },
  { name: 'integrity', summary: 'changed and shortened bodies never become outputs' },
  { name: 'fault-proxy', summary: 'each fault as client and server see it' },
  { name: 'permissions', summary: 'the policies allow exactly what the pipeline does' },
  { name: 'package', summary: 'the packages of Lambda and npm, used as their users do' },
  { name: 'operations', summary: 'plan, apply and redrive on the embedded AWS' },
  {
    name: 'pulumi-cli',
    summary: 'the real Pulumi CLI, and npm run deploy to its end, on the embedded AWS',
  },
  {
    name: 'cli',
    summary: 'the command line against the local stack, and all its lines in documents',
  },
  { name: 'upgrade', summary: 'a data folder and a stack state of version 0.1' },
  {
    name: 'moto',
    summary: 'program, function and command line on moto_server, if it is installed',
  },
];
