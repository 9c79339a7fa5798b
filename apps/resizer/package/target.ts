/** Names of packages as npm has them; one value each, since a package is for one platform. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string;
}

/**
 * Lambda's processors, under Lambda's names for them. Its nodejs24.x runtime is Amazon Linux 2023, which has glibc
 * (Lambda developer guide, "Lambda runtimes").
 */
export const LAMBDA_PLATFORMS = {
  arm64: { os: 'linux', cpu: 'arm64', libc: 'glibc' },
  x86_64: { os: 'linux', cpu: 'x64', libc: 'glibc' },
} as const satisfies Record<string, Platform>;

/** What a package runs on: the function's processor, or the machine that makes it. */
export type Target = keyof typeof LAMBDA_PLATFORMS | 'host';

export function isTarget(name: string | undefined): name is Target {
  return name === 'host' || (name !== undefined && name in LAMBDA_PLATFORMS);
}
