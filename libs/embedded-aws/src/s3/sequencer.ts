/** Numbers that only grow: they order the events and the versions of a key. */
let last = 0n;

/** 18 hexadecimal digits: milliseconds, then a counter. */
export function nextSequencer(): string {
  const now = BigInt(Date.now()) << 16n;
  last = now > last ? now : last + 1n;
  return last.toString(16).toUpperCase().padStart(18, '0');
}

/** Continues after the numbers of an earlier run, even if the clock was set back since. */
export function continueSequencerAfter(sequencer: string | undefined): void {
  if (sequencer === undefined) return;
  const earlier = BigInt(`0x${sequencer}`);
  if (earlier > last) last = earlier;
}
