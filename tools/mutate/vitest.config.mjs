import { project } from '../vitest/project.mjs';

export default project(import.meta.dirname, { include: ['{,planted/}*.test.{ts,mjs}'] });
