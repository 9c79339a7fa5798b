import * as z from 'zod';

/** Tags that every resource has; a stack's own may not begin so. */
export const OWN_TAG_PREFIX = 'darkroom:';
/** AWS's limit of 50, less ours. */
const MOST_TAGS = 45;
/** What all services take (AWS user guide "Tagging your resources", naming limits). */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(TAG_TEXT, 'a tag holds letters, digits, spaces and _ . : / = + - @');

export const tagsSchema = z
  .record(
    text(128)
      .min(1)
      .refine((key) => !/^aws:/i.test(key), 'names that begin with aws: are Amazon’s')
      .refine(
        (key) => !key.startsWith(OWN_TAG_PREFIX),
        `${OWN_TAG_PREFIX}… are set by the program`,
      ),
    text(256),
  )
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `at most ${MOST_TAGS} tags`);
