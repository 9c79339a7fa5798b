/** The buckets of the embedded AWS. */
export const SOURCE = 'source';
export const PROCESSED = 'processed';
