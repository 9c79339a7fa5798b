/** As far as planning needs a record. */
export interface Received {
  /** How often the message was received, this time included. */
  readonly receiveCount: number;
}

export interface BatchPlan<R extends Received> {
  /** In the order in which to begin. */
  readonly records: readonly R[];
  /** One at a time, each image in a process of its own. */
  readonly isolated: boolean;
}

/**
 * How to work off a batch. What comes again may be what killed its process, or a neighbour that died with it: nobody can
 * tell them apart, so that a batch with any such record is isolated as a whole. A process can then be killed by an image
 * only in a batch where all is new, and a good image that died so is done when it comes again, whoever comes with it.
 *
 * The last attempt of a message goes first: for want of time it would have been none.
 */
export function planBatch<R extends Received>(records: readonly R[]): BatchPlan<R> {
  return {
    records: records.toSorted((a, b) => b.receiveCount - a.receiveCount),
    isolated: records.some(({ receiveCount }) => receiveCount > 1),
  };
}
