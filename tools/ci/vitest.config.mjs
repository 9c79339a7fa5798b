import { project } from '../vitest/project.mjs';

// Plain JavaScript, tests too: it has to run before and without anything that npm installs.
export default project(import.meta.dirname, { include: ['*.test.mjs'] });
