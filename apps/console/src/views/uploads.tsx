import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getUploads, removeUploads, retryUploads, type Counts } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { ChooseFiles, useStack, useWritable } from '../shell/drop.tsx';
import { count, formatName } from '../words/format.ts';
import { STATE_NAMES, STATES } from '../words/states.ts';
import { filterOf, useQueryState, type SetQuery } from './filter.ts';
import { PAGE, UploadGrid } from './upload-grid.tsx';
import '../styles/uploads.css';

/** Time until a typed search is sent, milliseconds. */
const TYPING_MS = 150;

function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
    // Only what is typed starts the timer.
  }, [text]);
  return (
    <input
      type="search"
      value={text}
      placeholder="Search keys"
      aria-label="Search keys"
      onChange={({ target }) => setText(target.value)}
    />
  );
}

function Choice(props: {
  label: string;
  name: string;
  query: URLSearchParams;
  set: SetQuery;
  options: readonly (readonly [value: string, text: string])[];
}) {
  const { label, name, query, set, options } = props;
  return (
    <label>
      <span className="spoken">{label}</span>
      <select value={query.get(name) ?? ''} onChange={({ target }) => set(name, target.value)}>
        <option value="">{label}: all</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const counted = (counts: Readonly<Record<string, number>>, wording = (name: string) => name) =>
  Object.entries(counts).map(([name, number]) => [name, `${wording(name)} (${number})`] as const);

/** Spans of the time filter, hours. */
const SPANS = { 'last hour': 1, 'last day': 24, 'last week': 168 };

function Filters({
  counts,
  query,
  set,
}: {
  counts: Counts;
  query: URLSearchParams;
  set: SetQuery;
}) {
  const state = query.get('state');
  const since = Number(query.get('since'));
  // Rounded: an address that is opened again keeps its option.
  const hour = Math.floor(Date.now() / 3_600_000);
  const spans = Object.entries(SPANS).map(
    ([text, hours]) => [String((hour - hours) * 3_600_000), text] as const,
  );
  const isOther = since > 0 && !spans.some(([value]) => value === String(since));
  return (
    <div className="filters">
      <Search value={query.get('search') ?? ''} onChange={(text) => set('search', text)} />
      <div className="chips" role="group" aria-label="State">
        <button type="button" aria-pressed={!state} onClick={() => set('state', undefined)}>
          All <span className="figure">{counts.listed.toLocaleString('en')}</span>
        </button>
        {STATE_NAMES.filter((name) => (counts.states[name] ?? 0) > 0 || name === state).map(
          (name) => (
            <button
              key={name}
              type="button"
              data-tone={STATES[name].tone}
              aria-pressed={state === name}
              onClick={() => set('state', state === name ? undefined : name)}
            >
              {STATES[name].label}{' '}
              <span className="figure">{(counts.states[name] ?? 0).toLocaleString('en')}</span>
            </button>
          ),
        )}
      </div>
      <div className="selects">
        <Choice label="Code" name="code" options={counted(counts.codes)} {...{ query, set }} />
        <Choice
          label="Recipe"
          name="recipe"
          options={counted(counts.recipes)}
          {...{ query, set }}
        />
        <Choice
          label="Format"
          name="format"
          options={counted(counts.formats, formatName)}
          {...{ query, set }}
        />
        <Choice
          label="Time"
          name="since"
          options={isOther ? [...spans, [String(since), 'chosen time']] : spans}
          {...{ query, set }}
        />
        <div className="chips" role="group" aria-label="Layout">
          {(['grid', 'list'] as const).map((layout) => (
            <button
              key={layout}
              type="button"
              aria-pressed={(query.get('layout') ?? 'grid') === layout}
              onClick={() => set('layout', layout === 'grid' ? undefined : layout)}
            >
              {layout === 'grid' ? 'Grid' : 'List'}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

function Selected(props: {
  keys: ReadonlySet<string>;
  total: number;
  onAll: () => void;
  onClear: () => void;
}) {
  const { keys, total, onAll, onClear } = props;
  const [isAsking, setAsking] = useState(false);
  const isWritable = useWritable();
  const [note, setNote] = useState<string>();
  const run = (work: Promise<unknown>, done: string) => {
    setNote('Working…');
    work.then(
      () => {
        setNote(done);
        onClear();
      },
      (error: unknown) => setNote(error instanceof Error ? error.message : String(error)),
    );
  };
  const selected = count(keys.size, 'upload');
  return (
    <div
      className="selected"
      role="region"
      aria-label="Selection"
      data-any={keys.size > 0 || note !== undefined}
    >
      <span role="status">{keys.size > 0 ? `${selected} selected` : note}</span>
      {keys.size > 0 && (
        <>
          {keys.size < total && (
            <button type="button" className="small" onClick={onAll}>
              Select all {Math.min(total, PAGE * 5).toLocaleString('en')}
            </button>
          )}
          {isWritable && (
            <>
              <button
                type="button"
                className="small"
                onClick={() => run(retryUploads([...keys]), `${selected} sent to the queue`)}
              >
                Retry
              </button>
              <button type="button" className="small danger" onClick={() => setAsking(true)}>
                Remove…
              </button>
            </>
          )}
          <button type="button" className="small" onClick={onClear}>
            Clear
          </button>
        </>
      )}
      <Confirm
        isOpen={isAsking}
        title={`Remove ${selected}?`}
        onClose={() => setAsking(false)}
        onConfirm={() => run(removeUploads([...keys]), `${selected} removed`)}
      />
    </div>
  );
}

/** All uploads, newest first. */
export default function Uploads() {
  const { status } = useLive();
  const { data: stack } = useStack();
  const [query, set] = useQueryState();
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const filter = filterOf(query);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['uploads', filter, 0],
    queryFn: () => getUploads(filter, 0, PAGE),
    placeholderData: keepPreviousData,
    enabled: status === 'running',
  });
  const selectAll = async () => {
    const pages = await Promise.all(
      [0, 1, 2, 3, 4].map((page) => getUploads(filter, page * PAGE, PAGE)),
    );
    setSelection(new Set(pages.flatMap(({ uploads }) => uploads.map(({ key }) => key))));
  };
  if (!data)
    return error ? (
      <p className="banner">{error.message}</p>
    ) : (
      <p className="loading">Reading the uploads…</p>
    );
  const { total, counts } = data;
  const listed = counts.limited
    ? ' listed; the bucket has more'
    : !counts.complete
      ? ' listed so far'
      : stack?.deployed
        ? ' listed'
        : '';
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <div className="uploads">
      <div className="title">
        <h1>Uploads</h1>
        <p role="status" className="tally">
          {isFiltered
            ? `${total.toLocaleString('en')} of ${counts.listed.toLocaleString('en')}`
            : count(total, 'upload')}
          {listed}
        </p>
        <ChooseFiles />
      </div>
      <Filters {...{ counts, query, set }} />
      <Selected
        keys={selection}
        total={total}
        onAll={() => void selectAll()}
        onClear={() => setSelection(new Set())}
      />
      {total === 0 && !isPlaceholderData ? (
        <div className="empty">
          <p className="lead">{isFiltered ? 'No upload matches.' : 'No uploads yet.'}</p>
          <p>
            {isFiltered
              ? 'Change the search or the filters.'
              : 'Drop photos anywhere on this page, or use a command of “Connect”.'}
          </p>
        </div>
      ) : (
        <UploadGrid
          first={data}
          filter={filter}
          query={query}
          layout={query.get('layout') === 'list' ? 'list' : 'grid'}
          selection={selection}
          onSelection={setSelection}
        />
      )}
    </div>
  );
}
