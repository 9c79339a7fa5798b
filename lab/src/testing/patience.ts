/** For `vi.waitFor`, milliseconds. It only ends what hangs: machines may be ten times slower than the one it was written on. */
export const PATIENCE = { timeout: 120_000, interval: 50 };
