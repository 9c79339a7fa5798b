/** What a code of a rejected upload means to the person who uploaded it (docs/contract.md, "Codes"). */
const SENTENCES: Readonly<Record<string, string>> = {
  UNSUPPORTED_FORMAT:
    'This is not an image that the recipe takes, or the pipeline does not read files of this kind.',
  CORRUPT_IMAGE: 'The image is damaged or incomplete: it could not be read to its end.',
  TOO_LARGE: 'The image is larger than this pipeline allows.',
  NOT_APPLICABLE: 'The image is fine, but the recipe cannot be applied to it.',
  SOURCE_UNREADABLE: 'The image is stored in a form that the pipeline cannot read.',
  TRANSFORM_FAILED: 'The image is fine, but a step of the recipe failed on it.',
  GAVE_UP: 'No attempt at this image finished, so the pipeline gave up on it.',
};

export function explainRejection(code: string): string {
  return SENTENCES[code] ?? `The upload was rejected (${code}).`;
}

export function whatToDo(retryable: boolean): string {
  return retryable
    ? 'The same upload may still succeed once an operator has looked at it.'
    : 'The same file will not succeed: upload another one.';
}
