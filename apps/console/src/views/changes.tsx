import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import {
  applyChanges,
  compareBuckets,
  getChanges,
  getStory,
  objectUrl,
  outputUrl,
  pauseChanges,
  renderUpload,
  resumeChanges,
  type Changes as ChangesState,
  type RepairableKind,
} from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { DEFAULT_PACE, Pace } from '../parts/pace.tsx';
import { useWritable } from '../shell/drop.tsx';
import { count, formatBytes, formatDollars, formatMinutes, formatSaving } from '../words/format.ts';
import { OTHERS, REPAIRABLE, REPAIRABLE_NAMES } from '../words/kinds.ts';
import { useQueryState } from './filter.ts';
import '../styles/problems.css';
import '../styles/upload.css';
import '../styles/changes.css';

/** Between two readings of a comparison or a run, milliseconds. */
const POLL_MS = 500;

type Kinds = NonNullable<NonNullable<ChangesState['comparison']>['kinds']>;

/** An output as it is now, and as the current recipe makes it. */
function SideBySide({ uploadKey }: { uploadKey: string }) {
  const { data: story, error } = useQuery({
    queryKey: ['upload', uploadKey, {}],
    queryFn: () => getStory(uploadKey, {}),
  });
  const { data: rendered, error: failure } = useQuery({
    queryKey: ['example', uploadKey],
    queryFn: ({ signal }) => renderUpload(uploadKey, signal),
    gcTime: 0,
    retry: false,
  });
  const problem = error ?? failure;
  if (problem) return <p className="reason">{problem.message}</p>;
  if (!story || !rendered) return <p className="loading">Rendering {uploadKey}…</p>;
  const now = new Map(story.manifest?.outputs.map((output) => [output.variant, output]));
  const next = new Map(rendered.rendering?.variants.map((variant) => [variant.name, variant]));
  const id = rendered.rendering?.id ?? '';
  const names = [...new Set([...now.keys(), ...next.keys()])];
  return (
    <div className="example">
      {rendered.rendering?.error && (
        <p className="reason">
          With the current recipe: <code>{rendered.rendering.error.code}</code>{' '}
          {rendered.rendering.error.message}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">Variant</th>
            <th scope="col">Now</th>
            <th scope="col">With the current recipe</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const [before, after] = [now.get(name), next.get(name)];
            return (
              <tr key={name} data-variant={name}>
                <th scope="row">{name}</th>
                <td>
                  {before ? (
                    <>
                      <img
                        src={objectUrl('processed', before.key, { version: before.eTag })}
                        alt={`${name} now`}
                      />
                      {formatBytes(before.bytes)}
                    </>
                  ) : (
                    'none'
                  )}
                </td>
                <td>
                  {after ? (
                    <>
                      <img src={outputUrl(id, name)} alt={`${name} with the current recipe`} />
                      {formatBytes(after.bytes)} {before && formatSaving(after.bytes, before.bytes)}
                    </>
                  ) : (
                    'none'
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function KindTable(props: {
  kinds: Kinds;
  chosen: ReadonlySet<RepairableKind>;
  onToggle: (kind: RepairableKind) => void;
}) {
  const { kinds, chosen, onToggle } = props;
  const found = REPAIRABLE_NAMES.filter((name) => kinds[name].objects > 0);
  const others = (Object.keys(OTHERS) as (keyof typeof OTHERS)[]).filter(
    (name) => kinds[name].objects > 0,
  );
  const rest = others.map((name) => `${kinds[name].objects.toLocaleString('en')} ${OTHERS[name]}`);
  return (
    <>
      {found.length === 0 && <p className="empty">Nothing to do: all outputs are up to date.</p>}
      {found.length > 0 && (
        <div className="wide" tabIndex={0} role="region" aria-label="Changes by kind">
          <table>
            <thead>
              <tr>
                {['Kind', 'Uploads', 'Size', 'Requests', 'Cost', 'Time'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.map((name) => {
                const { objects, bytes, requests, dollars, minutes } = kinds[name];
                return (
                  <tr key={name} data-kind={name}>
                    <th scope="row">
                      <label>
                        <input
                          type="checkbox"
                          checked={chosen.has(name)}
                          onChange={() => onToggle(name)}
                        />{' '}
                        {REPAIRABLE[name].label}
                        <span className="quiet"> {REPAIRABLE[name].what}</span>
                      </label>
                    </th>
                    <td>{objects.toLocaleString('en')}</td>
                    <td>{formatBytes(bytes)}</td>
                    <td>{requests.toLocaleString('en')}</td>
                    <td>{formatDollars(dollars)}</td>
                    <td>{formatMinutes(minutes)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {rest.length > 0 && <p className="quiet">{rest.join(' · ')}</p>}
    </>
  );
}

function Examples({ kinds }: { kinds: Kinds }) {
  const [query, set] = useQueryState();
  const shown = query.get('example');
  const found = REPAIRABLE_NAMES.filter((name) => kinds[name].examples.length > 0);
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="examples-title">
      <h2 id="examples-title">Examples</h2>
      {found.map((name) => (
        <div key={name}>
          <h3>{REPAIRABLE[name].label}</h3>
          <ul className="examples">
            {kinds[name].examples.map((key) => (
              <li key={key}>
                <Link href={`/upload?key=${encodeURIComponent(key)}`}>{key}</Link>
                {name !== 'orphaned' && (
                  <button
                    type="button"
                    className="small"
                    aria-expanded={shown === key}
                    onClick={() => set('example', shown === key ? undefined : key)}
                  >
                    Side by side<span className="spoken"> {key}</span>
                  </button>
                )}
                {shown === key && <SideBySide uploadKey={key} />}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Progress({ run, total }: { run: NonNullable<ChangesState['run']>; total: number }) {
  const client = useQueryClient();
  const onSuccess = (next: ChangesState) => client.setQueryData(['changes'], next);
  const pause = useMutation({ mutationFn: pauseChanges, onSuccess });
  const resume = useMutation({ mutationFn: resumeChanges, onSuccess });
  const error = run.error ?? (pause.error ?? resume.error)?.message;
  const states = { running: 'Running', paused: 'Paused', done: 'Done', failed: 'Failed' };
  return (
    <section aria-labelledby="run-title" className="run" data-state={run.state}>
      <h2 id="run-title">{states[run.state]}</h2>
      <progress
        aria-label="Progress of the run"
        max={Math.max(1, total, run.compared)}
        value={run.state === 'done' ? Math.max(1, total, run.compared) : run.compared}
      />
      <p role="status">
        {count(run.sent, 'message')} sent, {count(run.compared, 'key')} compared
        {run.stoppedBy === 'limit' && run.state === 'done' && ': the limit is reached'}
      </p>
      {error !== undefined && <p className="reason">{error}</p>}
      <div className="actions">
        {run.state === 'running' && (
          <button type="button" className="small" onClick={() => pause.mutate()}>
            Pause
          </button>
        )}
        {(run.state === 'paused' || run.state === 'failed') && (
          <button type="button" className="small" onClick={() => resume.mutate()}>
            Resume
          </button>
        )}
      </div>
    </section>
  );
}

function Apply({ kinds, chosen }: { kinds: Kinds; chosen: ReadonlySet<RepairableKind> }) {
  const client = useQueryClient();
  const [pace, setPace] = useState(DEFAULT_PACE);
  const [isAsking, setAsking] = useState(false);
  const names = [...chosen].filter((name) => kinds[name].objects > 0);
  const objects = names.reduce((sum, name) => sum + kinds[name].objects, 0);
  const dollars = names.reduce((sum, name) => sum + kinds[name].dollars, 0);
  const run = useMutation({
    mutationFn: () => applyChanges({ kinds: names, ...pace, prefix: '' }),
    onSuccess: (next) => client.setQueryData(['changes'], next),
  });
  const uploads = count(Math.min(objects, pace.limit), 'upload');
  return (
    <div className="redrive">
      <Pace pace={pace} onChange={setPace} />
      <button
        type="button"
        className="small"
        disabled={objects === 0 || run.isPending}
        onClick={() => setAsking(true)}
      >
        Apply…
      </button>
      <span role="status">{run.error?.message}</span>
      <Confirm
        isOpen={isAsking}
        title={`Process ${uploads} again?`}
        what={`The run sends a message for each of them, at most ${pace.rate} per second. The cost is about ${formatDollars(dollars)}.${chosen.has('orphaned') && kinds.orphaned.objects > 0 ? ' Outputs of removed uploads are deleted.' : ''}`}
        action="Apply"
        onClose={() => setAsking(false)}
        onConfirm={() => run.mutate()}
      />
    </div>
  );
}

const CHOSEN = REPAIRABLE_NAMES.filter((name) => name !== 'orphaned');

/** What the current recipes would change in the buckets, and the run that applies it. */
export default function Changes() {
  const { status } = useLive();
  const isWritable = useWritable();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<RepairableKind>>(new Set(CHOSEN));
  const { data, error } = useQuery({
    queryKey: ['changes'],
    queryFn: getChanges,
    enabled: status === 'running',
    refetchOnMount: 'always',
    refetchInterval: ({ state: { data: state } }) =>
      state?.comparison?.state === 'running' || state?.run?.state === 'running' ? POLL_MS : false,
  });
  const compare = useMutation({
    mutationFn: () => compareBuckets(''),
    onSuccess: (next) => client.setQueryData(['changes'], next),
  });
  if (!data)
    return error ? (
      <p className="banner">{error.message}</p>
    ) : (
      <p className="loading">Reading the changes…</p>
    );
  const { comparison, run } = data;
  const isComparing = comparison?.state === 'running';
  const kinds = comparison?.kinds;
  const total = Object.values(kinds ?? {}).reduce((sum, { objects }) => sum + objects, 0);
  const note = isComparing
    ? `${count(comparison.compared, 'key')} compared…`
    : (comparison?.error ??
      compare.error?.message ??
      (comparison?.isOutdated ? 'The recipes have changed since. Compare again.' : ''));
  return (
    <div className="changes">
      <div className="title">
        <h1>Changes</h1>
        <p role="status" className="quiet">
          {note}
        </p>
        <button
          type="button"
          className="small"
          disabled={isComparing}
          onClick={() => compare.mutate()}
        >
          {comparison ? 'Compare again' : 'Compare'}
        </button>
      </div>
      {!comparison && (
        <div className="empty">
          <p className="lead">What would the current recipes change?</p>
          <p>
            A comparison lists both buckets and reads a manifest for each upload. It changes
            nothing.
          </p>
        </div>
      )}
      {run && <Progress run={run} total={total} />}
      {kinds && (
        <>
          <KindTable
            kinds={kinds}
            chosen={chosen}
            onToggle={(name) =>
              setChosen((before) => {
                const next = new Set(before);
                if (!next.delete(name)) next.add(name);
                return next;
              })
            }
          />
          {isWritable && run?.state !== 'running' && <Apply kinds={kinds} chosen={chosen} />}
          <Examples kinds={kinds} />
        </>
      )}
    </div>
  );
}
