import * as z from 'zod';

export const FULL_DITHER = 1;
export const MOST_COLOURS = 256;

/** Options of encoders that choose a palette. */
export const ditherSchema = z.number().min(0).max(FULL_DITHER).default(FULL_DITHER);
export const coloursSchema = z.number().int().min(2).max(MOST_COLOURS).default(MOST_COLOURS);
