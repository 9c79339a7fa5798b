/**
 * What one project's Vitest left behind (its JSON report, of which this is the part that counts).
 *
 * @typedef {object} Report
 * @property {boolean} success
 * @property {{ name: string, status: string, message: string, assertionResults:
 *   { fullName: string, status: string, failureMessages?: string[] }[] }[]} testResults one per test file
 * @property {string[]} [unhandledErrors] their stacks: rejected promises that nobody awaits, and the like
 *
 * @typedef {object} Summary
 * @property {number} passed
 * @property {string[]} failed what failed: "PROJECT: TEST" and the beginning of its message, indented
 * @property {string[]} skipped "PROJECT: TEST"
 */

/**
 * Adds up the reports of all projects. In addition to failed tests, each of these counts as one failure:
 * a project without a report, a file that failed outside its tests (an import, a hook), an unhandled error,
 * and a run that failed without a failed test, or that ran no test.
 *
 * @param {Record<string, Report | undefined>} reports by project; undefined if the report is missing
 * @returns {Summary}
 */
export function addUp(reports) {
  /** @type {Summary} */
  const sum = { passed: 0, failed: [], skipped: [] };
  for (const [project, report] of Object.entries(reports)) {
    if (report) addProject(sum, project, report);
    else sum.failed.push(`${project}: left no report`);
  }
  return sum;
}

/** @param {Summary} sum @param {string} project @param {Report} report */
function addProject(sum, project, report) {
  const failedBefore = sum.failed.length;
  let tests = 0;
  for (const file of report.testResults) {
    const failedInFile = sum.failed.length;
    for (const test of file.assertionResults) {
      tests += 1;
      const name = `${project}: ${test.fullName.trim()}`;
      if (test.status === 'passed') sum.passed += 1;
      else if (test.status === 'failed') sum.failed.push(name + excerpt(test.failureMessages));
      else sum.skipped.push(name);
    }
    if (file.status === 'failed' && sum.failed.length === failedInFile) {
      sum.failed.push(
        `${project}: ${file.name} failed outside its tests: ${firstLine(file.message)}`,
      );
    }
  }
  for (const error of report.unhandledErrors ?? []) {
    sum.failed.push(`${project}: unhandled error${excerpt([error])}`);
  }
  if (sum.failed.length > failedBefore) return;
  if (tests === 0) sum.failed.push(`${project}: ran no test`);
  else if (!report.success) sum.failed.push(`${project}: failed outside its tests`);
}

/** Lines of a message: those of a failed assertion with its difference. Characters of a line. */
const EXCERPT_LINES = 15;
const EXCERPT_WIDTH = 300;
/** Escape sequences. */
const COLOURS = /\u001b\[[\d;]*m/g;

/** @param {string[] | undefined} messages */
function excerpt(messages = []) {
  const lines = messages.join('\n').replaceAll(COLOURS, '').split('\n', EXCERPT_LINES);
  return lines
    .filter(Boolean)
    .map((line) => `\n           ${line.slice(0, EXCERPT_WIDTH)}`)
    .join('');
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n', 1)[0] || 'no message';
}

/**
 * The line that a run of `.ci/run` ends with.
 *
 * @param {Summary} sum
 */
export function closingLine({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed.length} failed`;
  return skipped.length > 0 ? `${line}, ${skipped.length} skipped` : line;
}
