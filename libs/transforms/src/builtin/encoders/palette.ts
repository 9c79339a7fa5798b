import * as z from 'zod';

/** Options of encoders that choose a palette. */
export const ditherSchema = z.number().min(0).max(1).default(1);
export const coloursSchema = z.number().int().min(2).max(256).default(256);
