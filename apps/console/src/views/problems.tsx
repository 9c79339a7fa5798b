import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import {
  findLetters,
  getRejections,
  redriveLetters,
  type Live,
  type Redriven,
  type Span,
} from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { DEFAULT_PACE, Pace } from '../parts/pace.tsx';
import { useWritable } from '../shell/drop.tsx';
import { count } from '../words/format.ts';
import { explainRejection } from '../words/rejections.ts';
import { useQueryState } from './filter.ts';
import '../styles/problems.css';

const Bars = lazy(() => import('./bars.tsx'));

/** Periods of the counts over time, in the words of the page. */
const SPANS: Readonly<Record<Span, string>> = {
  hour: 'last hour',
  day: 'last 24 hours',
  month: 'last 30 days',
};

function spanOf(text: string | null): Span {
  return text === 'hour' || text === 'month' ? text : 'day';
}

/** Counts over time, with their sum. */
function OverTime(props: {
  begin: number;
  seconds: number;
  counts: readonly number[];
  /** `in the last hour` */
  when: string;
}) {
  const { when, ...bars } = props;
  const sum = bars.counts.reduce((total, number) => total + number, 0);
  return (
    <span className="over-time">
      <span className="bars">
        <Suspense>
          <Bars {...bars} />
        </Suspense>
      </span>
      <span className="quiet">
        {sum.toLocaleString('en')} {when}
      </span>
    </span>
  );
}

function Rejected({ counts }: { counts: Live['counts'] }) {
  const [query, set] = useQueryState();
  const span = spanOf(query.get('span'));
  const { data: rejections } = useQuery({
    queryKey: ['uploads', 'rejections', span],
    queryFn: () => getRejections(span),
    // The bars move with the time, also without a change.
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
  const rows = Object.entries(counts.codes).toSorted(([, a], [, b]) => b - a);
  return (
    <section aria-labelledby="rejected-title">
      <div className="title">
        <h2 id="rejected-title">Rejected uploads</h2>
        <label className="quiet">
          Over time{' '}
          <select value={span} onChange={({ target }) => set('span', target.value)}>
            {Object.entries(SPANS).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="quiet">
        For the uploader: another file, or another recipe. Counted are uploads{' '}
        {counts.limited || !counts.complete ? 'that are listed' : 'in the bucket'}, at the time of
        the upload.
      </p>
      {rows.length === 0 && <p className="empty">No upload is rejected.</p>}
      <ul className="problems">
        {rows.map(([code, number]) => (
          <li key={code}>
            <span className="figure">{number.toLocaleString('en')}</span>
            <span>
              <strong>{explainRejection(code)}</strong> <code>{code}</code>
            </span>
            <OverTime
              begin={rejections?.begin ?? 0}
              seconds={rejections?.seconds ?? 0}
              counts={rejections?.codes[code] ?? []}
              when={`in the ${SPANS[span]}`}
            />
            <Link href={`/uploads?state=rejected&code=${code}`}>
              Show<span className="spoken"> uploads rejected with {code}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Number of bars between the oldest and the newest message. */
const LETTER_BARS = 24;

/** By code: the listed messages from the oldest of all to the newest. */
function lettersOverTime(letters: Redriven['letters']) {
  const times = letters.map(({ sent }) => Date.parse(sent));
  const begin = Math.min(...times);
  // At least a second: messages of one moment are in the first bar.
  const seconds = Math.max(1, (Math.max(...times) + 1 - begin) / 1000 / LETTER_BARS);
  const codes: Record<string, number[]> = {};
  letters.forEach(({ code }, index) => {
    const counts = (codes[code] ??= Array.from({ length: LETTER_BARS }, () => 0));
    const bar = Math.floor(((times[index] ?? begin) - begin) / 1000 / seconds);
    counts[bar] = (counts[bar] ?? 0) + 1;
  });
  return { begin, seconds, codes };
}

function Found(props: {
  found: Redriven;
  chosen: ReadonlySet<string>;
  letters: ReadonlySet<string>;
  onToggle: (code: string) => void;
  onLetter: (messageId: string) => void;
}) {
  const { found, chosen, letters, onToggle, onLetter } = props;
  const matching = Object.values(found.matching).reduce((sum, number) => sum + number, 0);
  const { begin, seconds, codes } = lettersOverTime(found.letters);
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'short' });
  return (
    <>
      <ul className="problems">
        {Object.entries(found.found).map(([code, number]) => (
          <li key={code}>
            <label>
              <input type="checkbox" checked={chosen.has(code)} onChange={() => onToggle(code)} />
              <span className="figure">{number.toLocaleString('en')}</span> <code>{code}</code>
            </label>
            {codes[code] && (
              <OverTime
                {...{ begin, seconds }}
                counts={codes[code]}
                when={`sent since ${day.format(begin)}`}
              />
            )}
          </li>
        ))}
      </ul>
      {found.letters.length > 0 && (
        <details className="letters" open={letters.size > 0 || undefined}>
          <summary>
            {matching > found.letters.length
              ? `The first ${found.letters.length} messages`
              : count(found.letters.length, 'message')}
          </summary>
          <ul className="problems">
            {found.letters.map(({ messageId, keys, code, sent }) => (
              <li key={messageId}>
                <label>
                  <input
                    type="checkbox"
                    checked={letters.has(messageId)}
                    onChange={() => onLetter(messageId)}
                  />
                  <span>
                    {keys.join(', ') || 'no key'} <code>{code}</code>{' '}
                    <time dateTime={sent} className="quiet">
                      {new Date(sent).toLocaleString('en-GB')}
                    </time>
                  </span>
                </label>
                {keys[0] !== undefined && (
                  <Link href={`/upload?key=${encodeURIComponent(keys[0])}`}>
                    Open<span className="spoken"> {keys[0]}</span>
                  </Link>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** The set with the value, or without it. */
function toggled(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

function DeadLetters({ number }: { number: number }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [letters, setLetters] = useState<ReadonlySet<string>>(new Set());
  const [prefix, setPrefix] = useState('');
  const [pace, setPace] = useState(DEFAULT_PACE);
  const [isAsking, setAsking] = useState(false);
  const isWritable = useWritable();
  const conditions = () => ({
    ...pace,
    ...(prefix !== '' && { prefix }),
    ...(chosen.size > 0 && { codes: [...chosen] }),
  });
  const dry = useMutation({ mutationFn: () => findLetters(conditions()) });
  const real = useMutation({
    mutationFn: () =>
      redriveLetters({
        ...conditions(),
        ...(letters.size > 0 && { messageIds: [...letters] }),
      }),
    onSuccess: () => {
      setLetters(new Set());
      dry.reset();
    },
  });
  const all = Object.values(dry.data?.matching ?? {}).reduce((sum, n) => sum + n, 0);
  const matching = letters.size > 0 ? letters.size : all;
  const error = dry.error ?? real.error;
  const isBusy = dry.isPending || real.isPending;
  const note = isBusy
    ? 'Reading the dead-letter queue…'
    : error
      ? error.message
      : real.data && !dry.data
        ? `${count(real.data.moved, 'dead letter')} moved to the queue`
        : dry.data
          ? `${count(all, 'dead letter')} would move${letters.size > 0 ? `; ${letters.size} selected` : ''}`
          : '';
  return (
    <section aria-labelledby="letters-title">
      <h2 id="letters-title">Dead letters</h2>
      <p className="quiet">
        For the operator: remove the cause, then move the messages back to the queue. A dry run
        counts, and moves nothing.
      </p>
      <p>
        <span className={number > 0 ? 'figure bad' : 'figure'}>{number.toLocaleString('en')}</span>{' '}
        in the dead-letter queue
      </p>
      {dry.data && (
        <Found
          found={dry.data}
          chosen={chosen}
          letters={letters}
          onToggle={(code) => setChosen((before) => toggled(before, code))}
          onLetter={(id) => setLetters((before) => toggled(before, id))}
        />
      )}
      <div className="redrive">
        <label>
          Prefix
          <input value={prefix} onChange={({ target }) => setPrefix(target.value)} />
        </label>
        <Pace pace={pace} onChange={setPace} />
        <button type="button" className="small" disabled={isBusy} onClick={() => dry.mutate()}>
          Dry run
        </button>
        {isWritable && (
          <button
            type="button"
            className="small"
            disabled={isBusy || matching === 0}
            onClick={() => setAsking(true)}
          >
            Redrive…
          </button>
        )}
        <span role="status">{note}</span>
      </div>
      <Confirm
        isOpen={isAsking}
        title={`Move ${count(Math.min(matching, pace.limit), 'dead letter')} back to the queue?`}
        what="The function processes them again. Messages that fail again come back to the dead-letter queue."
        action="Redrive"
        onClose={() => setAsking(false)}
        onConfirm={() => real.mutate()}
      />
    </section>
  );
}

/** Rejected uploads, which are the uploader's, and dead letters, which are the operator's. */
export default function Problems() {
  const { live } = useLive();
  if (!live) return <p className="loading">Reading the problems…</p>;
  return (
    <div className="problem-view">
      <h1>Problems</h1>
      <Rejected counts={live.counts} />
      <DeadLetters number={live.status.deadLetters} />
    </div>
  );
}
