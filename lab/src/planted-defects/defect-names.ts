export const DEFECT_NAMES = [
  'no confirmation',
  'no preconditions',
  'version of the event',
  'forgotten writes',
] as const;

export type DefectName = (typeof DEFECT_NAMES)[number];

/** Below it, and the defect's name, uploads are handled with the defect. */
export const DEFECT_PREFIX = 'uploads/planted/';
