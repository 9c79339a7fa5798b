/** What one run did and found. */
export interface ChaosFigures {
  readonly seed: number;
  readonly operations: number;
  readonly faultRate: number;
  readonly functionKills: number;
  /** Of the whole local stack. */
  readonly stackKills: number;
  /** Keys that restarts notified again. */
  readonly recovered: number;
  readonly requests: number;
  /** How many of each kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Uploads that were there in the end. */
  readonly keys: number;
  readonly deadLetters: number;
  /** Dead letters that faults and kills had made, sent again in the end. */
  readonly redriven: number;
  readonly violations: number;
  readonly seconds: number;
}
