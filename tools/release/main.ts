/** `npm run release -- SPECIFIER [--dry-run]` */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { releaseVersion } from 'nx/release';
import { ReleaseError, releaseChangelog, unreleasedEntries } from './changelog.ts';

const USAGE = `Usage: npm run release -- SPECIFIER [--dry-run]
Releases all packages with one version: sets it in each package.json and the lockfile, moves the
entries of CHANGELOG.md under the new version, commits, and tags the commit. It pushes nothing.
SPECIFIER: major, minor, patch, or a version such as 1.2.3
--dry-run: prints the changes and makes none`;

const CHECKOUT = path.resolve(import.meta.dirname, '../..');
const CHANGELOG = path.join(CHECKOUT, 'CHANGELOG.md');

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: CHECKOUT, encoding: 'utf8' });
}

async function release(specifier: string, dryRun: boolean): Promise<void> {
  const changelog = readFileSync(CHANGELOG, 'utf8');
  const entries = unreleasedEntries(changelog);
  if (!dryRun && git('status', '--porcelain') !== '')
    throw new ReleaseError('UNCOMMITTED_CHANGES', 'Commit or stash your changes first');
  const { workspaceVersion } = await releaseVersion({
    specifier,
    dryRun,
    gitCommit: false,
    gitTag: false,
    stageChanges: false,
  });
  if (!workspaceVersion) throw new Error('nx release changed no version');
  const tag = `v${workspaceVersion}`;
  const today = new Date().toISOString().slice(0, 10);
  const released = releaseChangelog(changelog, workspaceVersion, today);
  if (dryRun) {
    console.log(`\nCHANGELOG.md: ${workspaceVersion} - ${today}\n\n${entries}\n`);
    console.log(`Would commit and tag ${tag}. This was a dry run: nothing changed.`);
    return;
  }
  writeFileSync(CHANGELOG, released);
  git('commit', '--all', '--message', `Release ${tag}`);
  git('tag', '--annotate', tag, '--message', `Release ${tag}`);
  console.log(`\nReleased ${tag}. Publish it: git push --follow-tags`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } },
});
const [specifier, ...more] = positionals;
if (values.help) console.log(USAGE);
else if (specifier === undefined || more.length > 0) {
  console.error(USAGE);
  process.exitCode = 1;
} else {
  await release(specifier, values['dry-run'] ?? false).catch((error: unknown) => {
    console.error(error instanceof ReleaseError ? error.message : error);
    process.exitCode = 1;
  });
}
