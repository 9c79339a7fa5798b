/** Rules over the import graph of files, type-only imports included. `npm run lint` checks them. */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle makes two files one: merge them, or move the shared part to a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-the-lab',
      comment: 'The laboratory imports the product, never the other way round (lab/README.md).',
      severity: 'error',
      from: { pathNot: '^lab/' },
      to: { path: '^lab/' },
    },
  ],
  options: {
    // Type-only imports count: a reader has to follow them too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|out-tsc|node_modules|\\.nx|\\.darkroom|\\.mutation|\\.next)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
