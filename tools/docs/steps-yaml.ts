import { Document, isMap } from 'yaml';

/** Steps as a recipe writes them, each on a line of its own. */
export function stepsYaml(steps: readonly unknown[]): string {
  // Quoted where readers of YAML 1.1 would take a text such as `1:1` for something else.
  const document = new Document(steps, { version: '1.1' });
  const { contents } = document;
  for (const item of (contents as { items?: readonly unknown[] }).items ?? []) {
    const options = isMap(item) ? item.items[0]?.value : undefined;
    if (isMap(options)) options.flow = true;
  }
  return document.toString({ lineWidth: 100, singleQuote: true }).trimEnd();
}

/** The shortest form of a step: `flip`, `blur: 4`, `resize: { … }`. */
export function shortStep(
  name: string,
  options: Readonly<Record<string, unknown>>,
  scalar: string | undefined,
): unknown {
  const entries = Object.entries(options);
  const [entry] = entries;
  if (!entry) return name;
  const isScalar = entries.length === 1 && entry[0] === scalar && typeof entry[1] !== 'object';
  return { [name]: isScalar ? entry[1] : options };
}
