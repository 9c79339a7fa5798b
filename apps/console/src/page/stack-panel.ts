import { uploadCommands, type Command } from '../stack/commands.ts';
import type { RecipeInfo, StackInfo } from '../stack/stack-info.ts';
import { byId, element } from './element.ts';

function fact(term: string, ...values: (Node | string)[]): HTMLElement {
  return element('div', {}, element('dt', {}, term), element('dd', {}, ...values));
}

function recipeLine({ name, match, variants }: RecipeInfo): HTMLElement {
  const where = match.prefix === '' ? 'every key' : `keys that begin with ${match.prefix}`;
  const ending = match.suffixes ? ` and end with ${match.suffixes.join(' or ')}` : '';
  return element(
    'p',
    { title: `For ${where}${ending}` },
    element('strong', {}, name),
    ` makes ${variants.join(', ')}`,
  );
}

function command({ label, text }: Command): HTMLElement {
  const code = element('code', { tabIndex: 0 }, text);
  const copy = element('button', { type: 'button', className: 'small' }, 'Copy');
  copy.ariaLabel = `Copy the ${label} command`;
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(text).then(
      () => {
        copy.textContent = 'Copied';
        setTimeout(() => (copy.textContent = 'Copy'), 2_000);
      },
      // Without the permission: selects the text for the keyboard's copy command.
      () => getSelection()?.selectAllChildren(code),
    );
  });
  return element(
    'div',
    { className: 'command' },
    element('span', { className: 'label' }, label),
    code,
    copy,
  );
}

/** Shows the running stack and how to upload without this page. */
export function showStack(stack: StackInfo): void {
  byId('facts', HTMLElement).replaceChildren(
    fact('Stack', stack.stack),
    fact('S3 endpoint', element('code', {}, stack.endpoint)),
    fact('Uploads go to', element('code', {}, stack.sourceBucket)),
    fact('Variants come to', element('code', {}, stack.processedBucket)),
    fact(stack.recipes.length === 1 ? 'Recipe' : 'Recipes', ...stack.recipes.map(recipeLine)),
  );
  byId('pending', HTMLElement).hidden = true;
  const [first] = stack.recipes;
  if (first)
    byId('commands', HTMLElement).replaceChildren(...uploadCommands(stack, first).map(command));
}
