import type { Settings } from '@darkroom/pipeline';

/** Where it stands in this repository. */
export const RUNBOOK = 'docs/runbook.md';

/** A section of the runbook: its address where it is published, or else the file. */
export function runbookLink({ alarms }: Settings, section: string): string {
  return `${alarms.runbookUrl ?? RUNBOOK}#${section}`;
}
