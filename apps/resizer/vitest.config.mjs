import { project } from '../../tools/vitest/project.mjs';

export default project(import.meta.dirname, { include: ['{package,src}/**/*.test.ts'] });
