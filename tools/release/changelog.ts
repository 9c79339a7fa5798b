/** The release cannot be made; the message says why. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code:
    'NO_UNRELEASED_HEADING' | 'NOTHING_TO_RELEASE' | 'ALREADY_RELEASED' | 'UNCOMMITTED_CHANGES';

  constructor(code: ReleaseError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const UNRELEASED = '## [Unreleased]\n';

/**
 * Moves the entries under "Unreleased" to a new heading for `version`, which follows Keep a Changelog 1.1.0.
 *
 * @param date as in 2026-12-31
 * @throws ReleaseError
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  if (changelog.includes(`\n## [${version}]`))
    throw new ReleaseError('ALREADY_RELEASED', `CHANGELOG.md already lists ${version}`);
  const [before, rest] = split(changelog);
  return `${before}${UNRELEASED}\n## [${version}] - ${date}\n${rest}`;
}

/**
 * The entries under "Unreleased".
 *
 * @throws ReleaseError
 */
export function unreleasedEntries(changelog: string): string {
  const [, rest] = split(changelog);
  return (rest.split(/^## /m)[0] ?? '').trim();
}

function split(changelog: string): [before: string, after: string] {
  const at = changelog.indexOf(UNRELEASED);
  if (at < 0)
    throw new ReleaseError(
      'NO_UNRELEASED_HEADING',
      'CHANGELOG.md has no heading "## [Unreleased]"',
    );
  const after = changelog.slice(at + UNRELEASED.length);
  if (!/^- /m.test(after.split(/^## /m)[0] ?? ''))
    throw new ReleaseError(
      'NOTHING_TO_RELEASE',
      'CHANGELOG.md has no entry under "## [Unreleased]"',
    );
  return [changelog.slice(0, at), after];
}
