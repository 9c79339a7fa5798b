import { explainRejection, whatToDo } from '../outcome/rejections.ts';
import type { DoneManifest, RejectedManifest } from '../outcome/manifest.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import type { Upload } from '../upload/upload.ts';
import { element } from './element.ts';
import { contactSheet } from './pictures.ts';

const OVERDUE =
  'This takes longer than usual. The terminal that runs “npm start” says what the pipeline is doing.';
const UNADDRESSABLE =
  'A browser cannot ask for a key with “.” or “..” between its slashes. Other S3 clients can.';

function noRecipe({ recipes }: StackInfo): string {
  const prefixes = recipes.map(({ match }) => match.prefix || 'anything').join(' or ');
  return `No recipe is for this key, so nothing is made of it. The recipes here take keys that begin with ${prefixes}.`;
}

function rejection({ error }: RejectedManifest): Node[] {
  return [
    element('p', {}, `${explainRejection(error.code)} ${whatToDo(error.retryable)}`),
    element('p', { className: 'reason' }, element('code', {}, error.code), ` ${error.message}`),
  ];
}

function skippedVariants({ skipped = [] }: DoneManifest): Node[] {
  return skipped.map(({ variant, code, message }) =>
    element(
      'p',
      { className: 'reason' },
      `Not made: ${variant} `,
      element('code', {}, code),
      ` ${message}`,
    ),
  );
}

/** What a card shows below its head. */
export function cardBody({ state }: Upload, stack: StackInfo, retry: () => void): Node[] {
  switch (state.kind) {
    case 'queued':
    case 'uploading':
      return [element('progress', { max: 1, value: 0, ariaLabel: 'Uploaded' })];
    case 'developing':
      return state.overdue
        ? [element('p', {}, OVERDUE)]
        : [element('div', { className: 'developing', ariaHidden: 'true' })];
    case 'failed':
      return [
        element('p', {}, state.message),
        element('button', { type: 'button', className: 'small', onclick: retry }, 'Try again'),
      ];
    case 'no-recipe':
      return [element('p', {}, noRecipe(stack))];
    case 'unaddressable':
      return [element('p', {}, UNADDRESSABLE)];
    case 'removed':
      return [];
    case 'settled':
      return state.manifest.status === 'done'
        ? [contactSheet(state.manifest, stack), ...skippedVariants(state.manifest)]
        : rejection(state.manifest);
  }
}
