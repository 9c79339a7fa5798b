import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import {
  clearIfStored,
  clearSendings,
  sendAgain,
  useSendings,
  type Sending,
} from '../upload/queue.ts';
import { count, formatBytes } from '../words/format.ts';

const LABELS: Readonly<Record<Sending['state'], string>> = {
  queued: 'Waiting',
  sending: 'Uploading',
  stored: 'Stored',
  failed: 'Not uploaded',
};

/** Rows that the tray shows; a dropped folder may have thousands of files. */
const MOST_ROWS = 50;

function Row({ sending }: { sending: Sending }) {
  const { key, wished, bytes, sent, state, message } = sending;
  return (
    <li data-state={state} data-key={key}>
      <span className="name">
        {state === 'stored' ? (
          <Link href={`/upload?key=${encodeURIComponent(key)}`}>{key}</Link>
        ) : (
          key
        )}
      </span>
      <span className="what">
        {LABELS[state]} · {formatBytes(bytes)}
      </span>
      {state === 'sending' && (
        <progress
          max={1}
          value={bytes === 0 ? 1 : sent / bytes}
          aria-label={`Uploaded of ${key}`}
        />
      )}
      {wished !== undefined && (
        <span className="note">kept next to the upload that has its name: {wished}</span>
      )}
      {state === 'failed' && (
        <span className="note">
          {message}{' '}
          <button type="button" className="small" onClick={() => sendAgain(sending)}>
            Try again
          </button>
        </span>
      )}
    </li>
  );
}

/** The uploads of this page: failed ones first, then those on their way. It covers no other view once all are stored. */
export function Tray() {
  const sendings = useSendings();
  const [location] = useLocation();
  useEffect(clearIfStored, [location]);
  if (sendings.length === 0) return null;
  const order = { failed: 0, sending: 1, queued: 2, stored: 3 };
  const rows = sendings.toSorted((a, b) => order[a.state] - order[b.state]).slice(0, MOST_ROWS);
  const stored = sendings.filter(({ state }) => state === 'stored').length;
  const failed = sendings.filter(({ state }) => state === 'failed').length;
  const isOver = stored + failed === sendings.length;
  const summary = [
    `${stored} of ${count(sendings.length, 'file')} stored`,
    failed > 0 && `${failed} not uploaded`,
  ].filter(Boolean);
  return (
    <section className="tray" aria-label="Files of this page">
      <div className="head">
        <h2 role="status">{summary.join(', ')}</h2>
        <button type="button" className="small" disabled={!isOver} onClick={clearSendings}>
          Clear
        </button>
      </div>
      <ol>
        {rows.map((sending) => (
          <Row key={sending.id} sending={sending} />
        ))}
      </ol>
    </section>
  );
}
