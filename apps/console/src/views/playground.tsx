import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import {
  getPlayground,
  getUploads,
  outputUrl,
  renderRecipe,
  sendPhoto,
  stackFileWith,
  writeRecipe,
  type PhotoSource,
  type Rendering,
  type TextProblem,
} from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Editor } from '../playground/editor.tsx';
import { GALLERY } from '../playground/gallery.ts';
import { SchemaHelp, type Schema } from '../playground/schema-help.ts';
import { formatBytes, formatName, formatPixels, formatSaving } from '../words/format.ts';
import { useQueryState, type SetQuery } from './filter.ts';
import '../styles/upload.css';
import '../styles/playground.css';

/** Time after the last key until the recipe is rendered, milliseconds. */
const TYPING_MS = 300;
/** Uploads to choose from. */
const PHOTOS = 50;

const SCHEMA = new URL('../../../../recipe.schema.json', import.meta.url).href;

function useHelp(): SchemaHelp | undefined {
  const { data } = useQuery({
    queryKey: ['recipe schema'],
    queryFn: async () => new SchemaHelp((await (await fetch(SCHEMA)).json()) as Schema),
  });
  return data;
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Renders with the real engine. A changed recipe ends the request, and with it the work. */
function useRendering(text: string | undefined, photo: PhotoSource | undefined) {
  return useQuery({
    queryKey: ['rendering', text, photo],
    queryFn: ({ signal }) => renderRecipe(text ?? '', photo as PhotoSource, signal),
    enabled: text !== undefined && photo !== undefined,
    placeholderData: keepPreviousData,
    // The server keeps the latest outputs only.
    gcTime: 30_000,
    retry: false,
  });
}

const dollars = (value: number | null) => (value === null ? '–' : `$${value.toFixed(2)}`);

function Change({ now, before }: { now: number; before: number | undefined }) {
  if (before === undefined || before === now) return null;
  return (
    <span className="change" data-tone={now < before ? 'good' : 'warn'}>
      {formatSaving(now, before)}
    </span>
  );
}

function Figures({ now, deployed }: { now: Rendering; deployed: Rendering | undefined }) {
  const rows = [
    ['Outputs', formatBytes(now.outputBytes), now.outputBytes, deployed?.outputBytes],
    ['CPU time', `${Math.round(now.cpuMs)} ms`, now.cpuMs, deployed?.cpuMs],
    [
      'Per million uploads',
      dollars(now.dollarsPerMillion),
      now.dollarsPerMillion ?? 0,
      deployed?.dollarsPerMillion ?? undefined,
    ],
    ['Least function', `${now.memory} MiB`, now.memory, deployed?.memory],
  ] as const;
  return (
    <dl className="figures">
      {rows.map(([name, text, value, before]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span className="figure">{text}</span> <Change now={value} before={before} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Outputs({ now, deployed }: { now: Rendering; deployed: Rendering | undefined }) {
  const before = new Map(deployed?.variants.map((variant) => [variant.name, variant]));
  const names = new Set(now.variants.map(({ name }) => name));
  const removed = [...before.keys()].filter((name) => !names.has(name));
  return (
    <>
      <ul className="variants">
        {now.variants.map(({ name, contentType, width, height, bytes }) => {
          const url = outputUrl(now.id, name);
          return (
            <li key={name} data-variant={name}>
              <a href={url} target="_blank" rel="noopener noreferrer" className="frame">
                {contentType === 'application/pdf' ? (
                  'PDF'
                ) : (
                  <img
                    key={url}
                    src={url}
                    alt={`${name}, as the recipe makes it`}
                    onLoad={({ currentTarget }) => currentTarget.classList.add('loaded')}
                  />
                )}
              </a>
              <strong>{name}</strong>
              <span className="facts">
                {formatName(contentType.replace(/^.*\//, ''))} · {formatPixels(width, height)}
              </span>
              <span className="facts">
                {formatBytes(bytes)}{' '}
                {deployed && !before.has(name) ? (
                  <span className="change">new</span>
                ) : (
                  <Change now={bytes} before={before.get(name)?.bytes} />
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {now.skipped.map(({ variant, message }) => (
        <p key={variant} className="reason">
          Not made: {variant}: {message}
        </p>
      ))}
      {removed.length > 0 && (
        <p className="reason">Only the deployed recipe makes: {removed.join(', ')}</p>
      )}
    </>
  );
}

function Photo(props: {
  keys: readonly string[];
  chosen: string | undefined;
  own: string | undefined;
  set: SetQuery;
  onOwn: (file: File) => void;
}) {
  const { keys, chosen, own, set, onOwn } = props;
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className="choice">
      <label>
        Photo{' '}
        <select
          value={own === undefined ? chosen : ''}
          onChange={({ target }) => set('photo', target.value)}
        >
          {own !== undefined && <option value="">{own}</option>}
          {own === undefined && keys.length === 0 && <option value="">none in the bucket</option>}
          {keys.map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="small" onClick={() => picker.current?.click()}>
        Your photo…
      </button>
      <input
        ref={picker}
        id="photo"
        type="file"
        accept="image/*,.pdf,.dcm,.fits,.fit,.heic,.heif"
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) onOwn(file);
          target.value = '';
        }}
      />
    </div>
  );
}

function Actions({ text, name, file }: { text: string; name: string; file: string | null }) {
  const [isAsking, setAsking] = useState(false);
  const use = useMutation({ mutationFn: () => writeRecipe(text) });
  const copy = useMutation({
    mutationFn: async () => {
      const answer = await stackFileWith(text);
      if (answer.text !== null) await navigator.clipboard.writeText(answer.text);
      return answer;
    },
    onMutate: () => use.reset(),
  });
  const last = copy.data ?? use.data;
  const problem = last?.problems[0]?.message ?? (copy.error ?? use.error)?.message;
  const done = use.data?.file
    ? `${use.data.file} is written. The stack applies it.`
    : copy.data?.text
      ? 'The stack file is copied.'
      : '';
  return (
    <div className="actions">
      <span role="status">{problem ?? done}</span>
      <button type="button" className="small" onClick={() => copy.mutate()}>
        Copy
      </button>
      {file !== null && (
        <button type="button" className="small" onClick={() => setAsking(true)}>
          Use it here…
        </button>
      )}
      <Confirm
        isOpen={isAsking}
        title={`Write the recipe into ${file}?`}
        what={`It replaces ${name === '' ? 'the recipe of the same name' : `the recipe “${name}”`}, or is added before the others. Comments and other settings stay. The stack applies the file, and processes again the uploads whose recipe changes.`}
        action="Use it here"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          copy.reset();
          use.mutate();
        }}
      />
    </div>
  );
}

const NO_PROBLEMS: readonly TextProblem[] = [];

/** A recipe in an editor, and what the real engine makes of a photo with it. */
export default function Playground() {
  const { status } = useLive();
  const [query, set] = useQueryState();
  const isRunning = status === 'running';
  const help = useHelp();
  const { data: playground, error } = useQuery({
    queryKey: ['playground'],
    queryFn: getPlayground,
    enabled: isRunning,
  });
  const { data: uploads } = useQuery({
    queryKey: ['uploads', 'photos'],
    queryFn: () => getUploads({}, 0, PHOTOS),
    enabled: isRunning,
  });
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const [own, setOwn] = useState<{ name: string; photo: string }>();
  const send = useMutation({
    mutationFn: async (file: File) => ({ name: file.name, photo: await sendPhoto(file) }),
    onSuccess: setOwn,
  });

  const options = [
    ...(playground?.recipes ?? []).map(({ name, text }) => ({ id: name, title: name, text })),
    ...GALLERY.map(({ id, ...recipe }) => ({ ...recipe, id: `gallery:${id}` })),
  ];
  const option = options.find(({ id }) => id === query.get('recipe')) ?? options[0];
  const text = drafts[option?.id ?? ''] ?? option?.text ?? '';
  const name = /^name: *['"]?([\w-]+)/m.exec(text)?.[1] ?? '';
  const deployedText =
    playground?.recipes.find((recipe) => recipe.name === name)?.text ?? undefined;

  const keys = (uploads?.uploads ?? [])
    .filter(({ state }) => state !== 'rejected')
    .map(({ key }) => key);
  const wanted = query.get('photo') ?? undefined;
  const key = wanted ?? keys[0];
  const photo: PhotoSource | undefined = own
    ? { photo: own.photo }
    : key === undefined
      ? undefined
      : { key };

  const settled = useSettled(text);
  const deployed = useRendering(deployedText, photo);
  const now = useRendering(settled === '' ? undefined : settled, photo);
  const rendering = now.data?.rendering ?? undefined;
  const before = deployed.data?.rendering ?? undefined;
  const isWorking = now.isFetching || settled !== text;
  const failure = send.error ?? now.error;

  if (!playground || !help || !option)
    return error ? (
      <p className="banner">{error.message}</p>
    ) : (
      <p className="loading">Reading the recipes…</p>
    );
  return (
    <div className="playground">
      <div className="title">
        <h1>Playground</h1>
        <p className="quiet">Nothing changes until you use a recipe.</p>
        <Actions text={text} name={name} file={playground.file} />
      </div>
      <div className="halves">
        <section aria-labelledby="recipe-title">
          <div className="title">
            <h2 id="recipe-title">Recipe</h2>
            <label className="choice">
              <span className="spoken">Begin with</span>
              <select value={option.id} onChange={({ target }) => set('recipe', target.value)}>
                <optgroup label="Deployed">
                  {playground.recipes.map((recipe) => (
                    <option key={recipe.name} value={recipe.name}>
                      {recipe.name}
                    </option>
                  ))}
                </optgroup>
                <optgroup label="Gallery">
                  {GALLERY.map(({ id, title }) => (
                    <option key={id} value={`gallery:${id}`}>
                      {title}
                    </option>
                  ))}
                </optgroup>
              </select>
            </label>
            {text !== option.text && (
              <button
                type="button"
                className="small"
                onClick={() => setDrafts({ ...drafts, [option.id]: option.text })}
              >
                Undo all
              </button>
            )}
          </div>
          <Editor
            label="Recipe, YAML"
            text={text}
            problems={now.data?.problems ?? NO_PROBLEMS}
            help={help}
            onChange={(next) => setDrafts((all) => ({ ...all, [option.id]: next }))}
          />
          <ul className="mistakes" aria-label="Problems of the recipe">
            {(now.data?.problems ?? NO_PROBLEMS).map(({ from, message }) => (
              <li key={`${from} ${message}`}>
                Line {settled.slice(0, from).split('\n').length}: {message}
              </li>
            ))}
          </ul>
          <p className="quiet">Ctrl-Space completes. Hover an option for its documentation.</p>
        </section>
        <section aria-labelledby="result-title" aria-busy={isWorking}>
          <div className="title">
            <h2 id="result-title">Result</h2>
            <Photo
              keys={wanted !== undefined && !keys.includes(wanted) ? [wanted, ...keys] : keys}
              chosen={key}
              own={own?.name}
              set={(queryName, value) => {
                setOwn(undefined);
                set(queryName, value);
              }}
              onOwn={(file) => send.mutate(file)}
            />
            <span role="status" className="quiet">
              {photo && isWorking ? 'Rendering…' : ''}
            </span>
          </div>
          {failure && <p className="reason">{failure.message}</p>}
          {!photo && (
            <div className="empty">
              <p className="lead">No photo yet.</p>
              <p>Choose a photo of yours, or upload one.</p>
            </div>
          )}
          {rendering?.error && (
            <p className="reason">
              <code>{rendering.error.code}</code> {rendering.error.message}
            </p>
          )}
          {rendering && rendering.status === 'done' && (
            <>
              <Figures now={rendering} deployed={before} />
              <Outputs now={rendering} deployed={before} />
            </>
          )}
          {before && (
            <p className="quiet">Differences are those from the deployed recipe “{name}”.</p>
          )}
        </section>
      </div>
    </div>
  );
}
