/** Characters of a line, as terminals have them at least. */
const WIDTH = 80;

/** Lines that are too long go on in the next one, further in; a word that is too long stays whole. */
export function wrap(text: string): string {
  return text.split('\n').flatMap(wrapLine).join('\n');
}

function wrapLine(line: string): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const [first = '', ...words] = line.slice(indent.length).split(' ');
  const lines: string[] = [];
  let current = indent + first;
  for (const word of words) {
    if (current.length + 1 + word.length <= WIDTH) {
      current += ` ${word}`;
      continue;
    }
    lines.push(current);
    current = `${indent}    ${word}`;
  }
  return [...lines, current];
}
