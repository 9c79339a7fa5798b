import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { Link } from 'wouter';
import { getUploads, type Live } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Thumbnail } from '../parts/picture.tsx';
import { ChooseFiles, useStack, useWritable } from '../shell/drop.tsx';
import { count, formatAge } from '../words/format.ts';
import { STATE_NAMES, STATES, type Tone } from '../words/states.ts';

const Chart = lazy(() => import('./chart.tsx'));

/** Uploads of the strip. */
const RECENT = 12;

const figure = (value: number) => value.toLocaleString('en');

function Node(props: {
  name: string;
  value: ReactNode;
  what: string;
  tone?: Tone | undefined;
  href?: string;
}) {
  const { name, value, what, tone = 'quiet', href } = props;
  const content = (
    <>
      <span className="name">{name}</span>
      <span className="value">{value}</span>
      <span className="what">{what}</span>
    </>
  );
  return (
    <li className="node" data-tone={tone}>
      {href === undefined ? <div>{content}</div> : <Link href={href}>{content}</Link>}
    </li>
  );
}

/** Source, queue, function and outputs, as messages flow; dead letters below. */
function PipelineFlow({ live }: { live: Live }) {
  const { queue, deadLetters, activity, minutes } = live.status;
  const { states, listed, complete, limited } = live.counts;
  const outcomes = activity?.outcomes ?? {};
  const { DONE: done = 0, DEAD_LETTER: _, ...others } = outcomes;
  const failed = Object.values(others).reduce((sum, number) => sum + number, 0);
  const oldest = activity?.oldestSeconds ?? null;
  const waits = queue.waiting + queue.delayed;
  return (
    <ol className="flow" aria-label="The pipeline">
      <Node
        name="Uploads"
        value={figure(listed)}
        what={limited ? 'listed of more' : complete ? 'in the source bucket' : 'listed so far'}
        href="/uploads"
      />
      <Node
        name="Queue"
        value={figure(waits)}
        what={oldest === null ? 'nothing waits' : `the oldest for ${formatAge(oldest)}`}
        tone={waits > 0 ? 'busy' : 'quiet'}
      />
      <Node
        name="Function"
        value={figure(queue.inFlight)}
        what={
          activity
            ? `in flight, ${count(activity.running ?? 0, 'call')} running, ${figure(activity.throttled ?? 0)} throttled`
            : 'in flight; its metrics are unknown'
        }
        tone={activity?.throttled ? 'bad' : queue.inFlight > 0 ? 'busy' : 'quiet'}
      />
      <Node
        name="Done"
        value={figure(states['done'] ?? 0)}
        what={`${figure(done)} in ${minutes} min, ${figure(failed)} other`}
        tone="good"
        href="/uploads?state=done"
      />
      <Node
        name="Dead letters"
        value={figure(deadLetters)}
        what={deadLetters > 0 ? 'need an operator' : 'none'}
        tone={deadLetters > 0 ? 'bad' : 'quiet'}
        href="/problems"
      />
    </ol>
  );
}

function StateLinks({ counts }: { counts: Live['counts'] }) {
  return (
    <ul className="states">
      {STATE_NAMES.filter((name) => (counts.states[name] ?? 0) > 0).map((name) => (
        <li key={name}>
          <Link href={`/uploads?state=${name}`} data-tone={STATES[name].tone} className="state">
            <span className="figure">{figure(counts.states[name] ?? 0)}</span> {STATES[name].label}
          </Link>
        </li>
      ))}
      {Object.entries(counts.codes)
        .toSorted(([, a], [, b]) => b - a)
        .map(([code, number]) => (
          <li key={code}>
            <Link href={`/uploads?state=rejected&code=${code}`} className="state code">
              <span className="figure">{figure(number)}</span> <code>{code}</code>
            </Link>
          </li>
        ))}
    </ul>
  );
}

function Recent() {
  const { status } = useLive();
  const { data } = useQuery({
    queryKey: ['uploads', 'recent'],
    queryFn: () => getUploads({}, 0, RECENT),
    enabled: status === 'running',
  });
  if (!data) return <div className="strip loading" aria-hidden="true" />;
  if (data.total === 0 && data.counts.complete)
    return (
      <div className="empty">
        <p className="lead">No uploads yet.</p>
        <p>
          Drop a photo on this page, run a command of <em>Connect</em>, or let{' '}
          <code>npm run demo</code> in another terminal upload a set of samples.
        </p>
      </div>
    );
  return (
    <ul className="strip">
      {data.uploads.map((upload) => (
        <li key={upload.key}>
          <Link href={`/upload?key=${encodeURIComponent(upload.key)}`} title={upload.key}>
            <Thumbnail upload={upload} />
            <span className="spoken">
              {upload.key}, {STATES[upload.state].label}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Alarms of a deployed stack. */
function Alarms({ alarms }: { alarms: NonNullable<Live['status']['alarms']> }) {
  const active = alarms.filter(({ state }) => state === 'ALARM');
  return (
    <ul className="states" aria-label="Alarms">
      {active.length === 0 && (
        <li data-tone="good">No alarm of {count(alarms.length, 'alarm')} is active</li>
      )}
      {active.map(({ name, reason }) => (
        <li key={name} className="reason">
          <strong>{name}</strong> {reason}
        </li>
      ))}
    </ul>
  );
}

/** Home: the pipeline now and in the latest minutes. */
export function Overview() {
  const { live } = useLive();
  const { data: stack } = useStack();
  const isWritable = useWritable();
  const seconds = live ? live.history.seconds * live.history.points.length : 0;
  return (
    <div className="overview">
      {isWritable ? (
        <section className="invite" aria-labelledby="drop-title">
          <div>
            <h1 id="drop-title">Drop photos anywhere</h1>
            <p>They go into the bucket as your application sends them, and come back processed.</p>
          </div>
          <ChooseFiles />
        </section>
      ) : (
        <div className="title">
          <h1>{stack?.stack}</h1>
          <p className="quiet">
            Read-only. <code>--write</code> allows actions.
          </p>
        </div>
      )}

      <section aria-labelledby="flow-title">
        <h2 id="flow-title">Pipeline</h2>
        {live ? <PipelineFlow live={live} /> : <div className="flow loading" aria-hidden="true" />}
        {live ? <StateLinks counts={live.counts} /> : <div className="states" />}
        {live?.status.alarms && <Alarms alarms={live.status.alarms} />}
      </section>

      {(!live || seconds > 0) && (
        <section aria-labelledby="chart-title">
          <h2 id="chart-title">Last {seconds > 0 ? seconds / 60 : 5} minutes</h2>
          <div className="chart">
            <Suspense>{live && <Chart history={live.history} />}</Suspense>
          </div>
        </section>
      )}

      <section aria-labelledby="recent-title">
        <div className="title">
          <h2 id="recent-title">Latest uploads</h2>
          <Link href="/uploads">All uploads</Link>
        </div>
        <Recent />
      </section>
    </div>
  );
}
