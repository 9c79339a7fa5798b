import { project } from '../vitest/project.mjs';

export default project(import.meta.dirname, {
  include: ['*.test.ts', '{decoder,transform}/*.test.ts'],
});
