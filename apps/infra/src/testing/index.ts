/** For tests of other packages that run the component under Pulumi's mocks. */
export { brokenRules, dataOptions } from './policy-stack.ts';
export { runWithMocks, type MockedDeployment, type MockedResource } from './run-with-mocks.ts';
export { computedValues } from './computed-values.ts';
export { settingsOf, stacks } from './stack-files.ts';
