import { parseDocument } from 'yaml';
import { CommandError } from './command.ts';

/**
 * The data of one YAML document.
 * @param file names it in messages
 * @throws CommandError with the place of the mistake
 */
export function readYaml(text: string, file: string): unknown {
  // A picture, say: nobody wants to see the place.
  if (/[\0\uFFFD]/u.test(text)) throw new CommandError(`${file} is no YAML: it is no text`);
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (wrong?.code === 'MULTIPLE_DOCS')
    throw new CommandError(`${file} has several documents (---), and one is expected`, {
      cause: wrong,
    });
  if (wrong)
    throw new CommandError(`${file} is no YAML: ${wrong.message.trimEnd()}`, { cause: wrong });
  try {
    return document.toJS();
  } catch (cause) {
    // An alias without an anchor, or so many that they would fill the memory.
    throw new CommandError(`${file} is no YAML: ${(cause as Error).message}`, { cause });
  }
}
