import type { UploadState } from '../api/client.ts';
import { STATES } from '../words/states.ts';

export function StateBadge({ state }: { state: UploadState }) {
  const { label, tone } = STATES[state];
  return (
    <span className="badge" data-tone={tone}>
      {label}
    </span>
  );
}
