import type { Terminal } from '../command-line.ts';

/** @param answer to every question; undefined without a terminal */
export function screen(answer?: string): Terminal & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    print: (line) => void lines.push(line),
    ask(question) {
      lines.push(question);
      return Promise.resolve(answer);
    },
  };
}
