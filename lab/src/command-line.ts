import { InvalidArgumentError } from 'commander';

/** Parser of a rig's option that is a number. */
export function atLeast(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Infinity ? `A number from ${least}.` : `A number from ${least} to ${most}.`,
    );
  };
}

/** Parser of a rig's option that is a whole number. */
export function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number from ${least}.`);
  };
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

/** Prints a line with the time of day (UTC). */
export function printProgress(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}
