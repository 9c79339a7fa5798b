import type { Module } from './module.ts';

export const MODULES: readonly Module[] = [
  {
    name: 'events',
    project: 'libs/events',
    mutate: ['libs/events/src/*.ts'],
    tests: ['libs/events/src/**/*.test.ts'],
    minimum: 98,
    equivalents: [
      {
        file: 'libs/events/src/object-change.ts',
        line: 'if (!(error instanceof InvalidMessageError)) throw error;',
        replacements: ['false'],
        reason: 'decodeKey throws no other error',
      },
      {
        file: 'libs/events/src/parse-message.ts',
        line: "return typeof value === 'object' && value !== null && Object.hasOwn(value, member);",
        replacements: ['true'],
        reason: 'a string, number or boolean of JSON has no member of these names',
      },
    ],
  },
  {
    name: 'protocol',
    project: 'libs/pipeline',
    mutate: [
      'libs/pipeline/src/{reconcile,contract}/*.ts',
      'libs/pipeline/src/recipe/recipe-hash.ts',
      'libs/pipeline/src/stack/timing.ts',
    ],
    tests: ['libs/pipeline/src/**/*.test.ts'],
    mutateTables: false,
  },
  {
    name: 'schemas',
    project: 'libs/pipeline',
    mutate: [
      'libs/pipeline/src/recipe/*.ts',
      'libs/pipeline/src/stack/*.ts',
      '!libs/pipeline/src/recipe/recipe-hash.ts',
      '!libs/pipeline/src/stack/timing.ts',
    ],
    tests: [
      'libs/pipeline/src/{recipe,stack}/*.test.ts',
      'libs/pipeline/src/reconcile/recipe-features.test.ts',
    ],
  },
  {
    name: 'memory',
    project: 'libs/transforms',
    mutate: ['libs/transforms/src/plan/estimate.ts'],
    tests: ['libs/transforms/src/plan/{estimate,make-plan,describe}.test.ts'],
  },
  {
    name: 'planner',
    project: 'libs/transforms',
    mutate: [
      'libs/transforms/src/plan/*.ts',
      '!libs/transforms/src/plan/{estimate,reference-plan}.ts',
    ],
    tests: [
      'libs/transforms/src/plan/{traps,make-plan,describe,estimate}.test.ts',
      'libs/transforms/src/sharp-order.test.ts',
      'libs/transforms/src/engine/encode/encode-smallest.test.ts',
    ],
    mutateTables: false,
  },
  {
    name: 'engine',
    project: 'libs/transforms',
    mutate: [
      'libs/transforms/src/engine/{inspect,metadata}/*.ts',
      'libs/transforms/src/orientation.ts',
    ],
    tests: [
      'libs/transforms/src/engine/{inspect,metadata}/*.test.ts',
      'libs/transforms/src/builtin/{metadata,rotate}.test.ts',
    ],
    mutateTables: false,
  },
  {
    name: 'builtin',
    project: 'libs/transforms',
    mutate: ['libs/transforms/src/builtin/**/*.ts'],
    tests: ['libs/transforms/src/builtin/**/*.test.ts', 'libs/transforms/src/catalog/*.test.ts'],
    mutateTables: false,
  },
  {
    name: 'resizer',
    project: 'apps/resizer',
    mutate: ['apps/resizer/src/*.ts'],
    tests: [
      'apps/resizer/src/*.test.ts',
      '!apps/resizer/src/{bundle,log-queries,many-uploads,odd-uploads}.test.ts',
    ],
    mutateTables: false,
    runsPerThread: 1,
  },
  {
    name: 'redrive',
    project: 'libs/operations',
    mutate: ['libs/operations/src/{redrive,dead-letters}.ts'],
    tests: ['libs/operations/src/redrive*.test.ts'],
  },
  {
    name: 'policy',
    project: 'apps/policy',
    mutate: [
      'apps/policy/src/rules/*.ts',
      'apps/policy/src/{statements,stack,rule,resource-types}.ts',
    ],
    tests: ['apps/policy/src/rules.test.ts'],
  },
  {
    name: 'permissions',
    project: 'apps/infra',
    mutate: ['apps/infra/src/permissions/*.ts', 'apps/infra/src/notifications/*.ts'],
    tests: [
      'apps/infra/src/permissions/*.test.ts',
      'apps/infra/src/notifications/*.test.ts',
      'apps/infra/src/encryption.test.ts',
    ],
    mutateTables: false,
    runsPerThread: 1,
  },
  {
    name: 'embedded-aws',
    project: 'libs/embedded-aws',
    mutate: ['libs/embedded-aws/src/**/*.ts'],
    tests: [
      'libs/embedded-aws/src/**/*.test.ts',
      '!libs/embedded-aws/src/{durability,full-disk}.test.ts',
    ],
    mutateTables: false,
    runsPerThread: 1,
  },
  {
    name: 'local-lambda',
    project: 'libs/local-lambda',
    mutate: ['libs/local-lambda/src/*.ts'],
    tests: ['libs/local-lambda/src/*.test.ts'],
    mutateTables: false,
    runsPerThread: 1,
  },
  {
    name: 'local-pulumi',
    project: 'libs/local-pulumi',
    mutate: ['libs/local-pulumi/src/**/*.ts'],
    tests: ['libs/local-pulumi/src/**/*.test.ts', '!libs/local-pulumi/src/resources/kill.test.ts'],
    mutateTables: false,
    runsPerThread: 1,
  },
  {
    name: 'deploy',
    project: 'tools/deploy',
    mutate: ['tools/deploy/*.ts'],
    tests: ['tools/deploy/*.test.ts'],
    mutateTables: false,
    runsPerThread: 1,
  },
];
