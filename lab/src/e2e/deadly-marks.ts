/**
 * An image with this text ends the process that decodes it (deadly-pictures.ts). Tests import the marks from here, because
 * deadly-pictures.ts changes sharp when it is loaded.
 */
export const DEADLY = 'ends the process that looks at it';
/** An image with this text also ends the function's process. */
export const DEADLY_FOR_ALL = 'ends every process of the function';
