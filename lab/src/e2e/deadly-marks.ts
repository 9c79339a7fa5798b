/** A picture with this in it ends the process that looks at it (deadly-pictures.ts). */
export const DEADLY = 'ends the process that looks at it';
/** This one ends the function's process too, wherever it is looked at. */
export const DEADLY_FOR_ALL = 'ends every process of the function';
