import { createInterface } from 'node:readline/promises';

/** The person who deploys. */
export interface Terminal {
  readonly print: (line: string) => void;
  /** @returns the answer; nothing where nobody is there to ask */
  readonly ask: (question: string) => Promise<string | undefined>;
}

export const terminal: Terminal = {
  print: (line) => console.log(line),
  async ask(question) {
    if (!process.stdin.isTTY) return undefined;
    const asked = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await asked.question(question);
    } finally {
      asked.close();
    }
  },
};
