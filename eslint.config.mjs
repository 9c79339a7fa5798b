import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

const sharpAtRunTime = {
  group: ['sharp', 'sharp/*'],
  allowTypeImports: true,
  message: 'Only libs/transforms/src/engine imports sharp at run time (docs/architecture.md).',
};

const roomsAtRunTime = {
  group: ['@darkroom/*'],
  allowTypeImports: true,
  message: 'The page knows the other rooms by their types only (docs/architecture.md).',
};

/** Who may know whom; the reasons are in docs/architecture.md. */
const depConstraints = [
  {
    sourceTag: 'room:events',
    onlyDependOnLibsWithTags: ['room:events'],
    bannedExternalImports: ['sharp', '@aws-sdk/*', '@pulumi/*', 'exifr'],
  },
  {
    sourceTag: 'room:transforms',
    onlyDependOnLibsWithTags: ['room:transforms'],
    bannedExternalImports: ['@aws-sdk/*', '@pulumi/*', '@aws-lambda-powertools/*'],
  },
  {
    sourceTag: 'room:plugin',
    onlyDependOnLibsWithTags: ['room:transforms'],
    bannedExternalImports: ['@aws-sdk/*', '@pulumi/*', '@aws-lambda-powertools/*'],
  },
  {
    sourceTag: 'room:pipeline',
    onlyDependOnLibsWithTags: ['room:pipeline', 'room:events', 'room:transforms', 'room:plugin'],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', '@pulumi/*'],
  },
  {
    sourceTag: 'room:operations',
    onlyDependOnLibsWithTags: ['room:operations', 'room:pipeline', 'room:events'],
    bannedExternalImports: ['sharp', 'exifr', '@pulumi/*', 'fauxqs'],
  },
  {
    // Computes: no image, no request, no file.
    sourceTag: 'room:economics',
    onlyDependOnLibsWithTags: ['room:economics', 'room:pipeline'],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', '@pulumi/*', 'fauxqs'],
  },
  {
    // Its worker process runs the engine on photos of this machine.
    sourceTag: 'room:rendering',
    onlyDependOnLibsWithTags: ['room:rendering', 'room:pipeline', 'room:transforms'],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', '@pulumi/*', 'fauxqs'],
  },
  {
    // A published package: nothing of the workspace at run time. Its tests compare it with the pipeline.
    sourceTag: 'room:client',
    onlyDependOnLibsWithTags: ['room:pipeline', 'room:embedded-aws'],
    bannedExternalImports: ['sharp', 'exifr', '@pulumi/*', 'fauxqs'],
  },
  {
    sourceTag: 'room:resizer',
    onlyDependOnLibsWithTags: ['room:pipeline', 'room:events', 'room:transforms'],
    bannedExternalImports: ['@pulumi/*', 'fauxqs'],
  },
  {
    // Rules about any stack of AWS resources: pure but for Pulumi's policy server.
    sourceTag: 'room:policy',
    onlyDependOnLibsWithTags: [],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', '@pulumi/aws', 'fauxqs'],
  },
  {
    sourceTag: 'room:infra',
    // The policies are for its tests: a development dependency.
    onlyDependOnLibsWithTags: ['room:pipeline', 'room:policy'],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', 'fauxqs'],
  },
  {
    // Publishes the component, and the part of the transforms that authors of plugins import.
    sourceTag: 'room:component',
    onlyDependOnLibsWithTags: ['room:infra', 'room:transforms'],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', 'fauxqs'],
  },
  {
    // As another team has it: the published packages only.
    sourceTag: 'room:example',
    onlyDependOnLibsWithTags: ['room:infra', 'room:client'],
    bannedExternalImports: ['sharp', 'exifr', 'fauxqs'],
  },
  {
    sourceTag: 'room:embedded-aws',
    onlyDependOnLibsWithTags: [],
    bannedExternalImports: ['@pulumi/*', 'sharp', 'exifr'],
  },
  {
    // The embedded AWS serves its tests.
    sourceTag: 'room:local-lambda',
    onlyDependOnLibsWithTags: ['room:embedded-aws'],
    bannedExternalImports: ['@pulumi/*', 'fauxqs', 'sharp', 'exifr'],
  },
  {
    // The embedded AWS serves its tests.
    sourceTag: 'room:local-pulumi',
    onlyDependOnLibsWithTags: ['room:embedded-aws', 'room:local-lambda'],
    bannedExternalImports: ['@pulumi/aws', 'fauxqs', 'sharp', 'exifr'],
  },
  {
    // apps/local takes the program and the function as paths, as a cloud does.
    sourceTag: 'room:local',
    onlyDependOnLibsWithTags: [
      'room:embedded-aws',
      'room:local-lambda',
      'room:local-pulumi',
      'room:operations',
      'room:pipeline',
      'room:events',
      'room:rendering',
      'room:console-api',
    ],
    bannedExternalImports: ['@pulumi/*', 'exifr', 'fauxqs'],
  },
  {
    // The server of the console, for the local stack and for deployed ones. The embedded AWS serves its tests.
    sourceTag: 'room:console-api',
    onlyDependOnLibsWithTags: [
      'room:operations',
      'room:pipeline',
      'room:events',
      'room:economics',
      'room:rendering',
      'room:embedded-aws',
    ],
    bannedExternalImports: ['sharp', 'exifr', '@pulumi/*', 'fauxqs'],
  },
  {
    // The laboratory may import every project. No other project imports it.
    sourceTag: 'room:lab',
    onlyDependOnLibsWithTags: ['*'],
  },
  {
    sourceTag: 'room:console',
    // Types only (below): the page talks to the console's API.
    onlyDependOnLibsWithTags: ['room:pipeline'],
    bannedExternalImports: ['sharp', 'exifr', '@aws-sdk/*', '@pulumi/*', 'fauxqs', 'fastify'],
  },
  {
    sourceTag: 'room:cli',
    onlyDependOnLibsWithTags: [
      'room:pipeline',
      'room:events',
      'room:transforms',
      'room:operations',
      'room:economics',
      'room:rendering',
      'room:console-api',
      // A stack for the tests of the console of a deployed one.
      'room:embedded-aws',
    ],
    bannedExternalImports: ['sharp', 'exifr', '@pulumi/*', 'fauxqs'],
  },
  {
    // Drives Pulumi's CLI as a process, and AWS by its SDK.
    sourceTag: 'room:deploy',
    onlyDependOnLibsWithTags: ['room:pipeline'],
    bannedExternalImports: ['@pulumi/*', 'fauxqs'],
  },
  {
    // Benchmarks run what was built, as processes.
    sourceTag: 'room:bench',
    onlyDependOnLibsWithTags: [
      'room:pipeline',
      'room:transforms',
      'room:events',
      'room:embedded-aws',
      'room:local-lambda',
      'room:economics',
    ],
  },
  {
    sourceTag: 'room:docs',
    onlyDependOnLibsWithTags: ['room:pipeline', 'room:transforms', 'room:plugin', 'room:cli'],
    bannedExternalImports: ['@aws-sdk/*', '@pulumi/*'],
  },
  {
    // Runs Nx and git.
    sourceTag: 'room:release',
    onlyDependOnLibsWithTags: [],
  },
  {
    // Runs Stryker.
    sourceTag: 'room:mutate',
    onlyDependOnLibsWithTags: [],
  },
  {
    // Writes libraries, and needs none.
    sourceTag: 'room:generator',
    onlyDependOnLibsWithTags: [],
  },
];

const CODE = ['**/*.{ts,tsx,mjs,js}'];

/** A project's package.json lists what its files import, and nothing more. */
function dependencyChecks(files, ignored) {
  return {
    files,
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          // A target that every project has.
          buildTargets: ['typecheck'],
          // Test equipment may use development dependencies.
          ignoredFiles: ['vitest.config.*', ...ignored].map((name) => `{projectRoot}/${name}`),
          ignoredDependencies: [
            'vitest',
            // Loaded by path: internals of the emulator, native files of the function's package.
            ...['fauxqs', 'sharp', 'img-comparison-slider'],
            // Its licence allows it as a development dependency only.
            '@cloud-copilot/iam-simulate',
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/out-tsc',
      '**/test-results',
      '.nx',
      '.darkroom',
      '.mutation',
      '**/.next',
      '**/node_modules',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ files: CODE, ...config })),
  {
    files: CODE,
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          depConstraints,
          // One command of the command line loads the engine when it runs; the process of another one imports it.
          checkDynamicDependenciesExceptions: ['@darkroom/transforms', '@darkroom/transforms/*'],
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // Vitest's asymmetric matchers (expect.any, expect.objectContaining) are typed `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/{resizer,infra}/**/*.ts'],
    ignores: ['libs/transforms/src/engine/**', '**/*.test.ts', '**/testing/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [sharpAtRunTime] }],
    },
  },
  {
    // Programs that stand in for the operator's: they know Pulumi's provider as `apps/infra` does.
    files: ['libs/local-pulumi/src/resources/fixtures/**'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    files: ['apps/console/**/*.{ts,tsx}'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [roomsAtRunTime] }],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    // The projects' Vitest configurations import the one in tools/vitest.
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  dependencyChecks(
    ['{apps,libs,examples}/*/package.json'],
    ['**/*.test.ts', '**/{testing,fixtures}/**/*'],
  ),
  dependencyChecks(['lab/package.json'], []),
  prettier,
);
