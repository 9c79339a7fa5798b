/** Something that is not as the contract promises when all is quiet. */
export interface Violation {
  readonly kind:
    | 'upload lost'
    | 'upload from nowhere'
    | 'output missing'
    | 'output orphaned'
    | 'output wrong'
    | 'dead letter unexplained'
    | 'dead letter missing';
  /** Of the object, or the text of the message. */
  readonly key: string;
  readonly detail: string;
}
