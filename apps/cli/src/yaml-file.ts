import { parseDocument } from 'yaml';
import { CommandError } from './command-error.ts';

/**
 * The data of one YAML document.
 * @param file names it in messages
 * @throws CommandError with the place of the mistake
 */
export function readYaml(text: string, file: string): unknown {
  // A picture, for example: a position in it does not help.
  if (/[\0\uFFFD]/u.test(text))
    throw new CommandError(`${file} is not valid YAML: it is a binary file`);
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (wrong?.code === 'MULTIPLE_DOCS')
    throw new CommandError(`${file} has several documents (---), and one is expected`, {
      cause: wrong,
    });
  if (wrong)
    throw new CommandError(`${file} is not valid YAML: ${wrong.message.trimEnd()}`, {
      cause: wrong,
    });
  try {
    return document.toJS();
  } catch (cause) {
    // An alias without an anchor, or so many that they would fill the memory.
    throw new CommandError(`${file} is not valid YAML: ${(cause as Error).message}`, { cause });
  }
}
