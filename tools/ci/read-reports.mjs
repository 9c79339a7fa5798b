import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Folders of projects (`apps/resizer`), and the project that is not in such a folder. */
const FOLDERS = ['apps', 'libs', 'examples', 'tools'];
const LAB = 'lab';

/**
 * The Vitest reports of all projects that have a Vitest configuration, by the project's folder.
 * A report that is missing or not valid JSON (its run ended while writing) is undefined.
 *
 * @param {string} root the checkout
 * @returns {Record<string, import('./add-up.mjs').Report | undefined>}
 */
export function readReports(root) {
  const projects = FOLDERS.filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
    .concat(LAB)
    .filter((project) => existsSync(path.join(root, project, 'vitest.config.mjs')))
    .sort();
  return Object.fromEntries(
    projects.map((project) => [project, readReport(path.join(root, project))]),
  );
}

/** @param {string} project */
function readReport(project) {
  const report = readJson(path.join(project, 'test-results/vitest.json'));
  const unhandledErrors = readJson(path.join(project, 'test-results/unhandled-errors.json'));
  return report && { ...report, ...(unhandledErrors && { unhandledErrors }) };
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
