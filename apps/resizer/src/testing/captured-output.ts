import { vi } from 'vitest';

/** What Powertools writes to CloudWatch, one JSON object a line, while `act` runs. */
export async function captureOutput(act: () => unknown): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  const take = (chunk: string | Uint8Array): boolean => written.push(String(chunk)) > 0;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take),
    vi.spyOn(process.stderr, 'write').mockImplementation(take),
  ];
  try {
    await act();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  const lines = written.join('').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
