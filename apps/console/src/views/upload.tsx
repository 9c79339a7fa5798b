import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { Link, useLocation } from 'wouter';
import {
  getStory,
  objectUrl,
  removeUploads,
  renderUpload,
  retryUploads,
  type Manifest,
  type Rendering,
  type Story,
} from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Copied } from '../parts/copied.tsx';
import { useStack, useWritable } from '../shell/drop.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { deliveryUrl, s3Url } from '../words/commands.ts';
import {
  formatBytes,
  formatChannel,
  formatDollars,
  formatName,
  formatPages,
  formatPixels,
  formatSaving,
  formatValue,
  isShown,
} from '../words/format.ts';
import {
  describeChannel,
  describeShot,
  describeSource,
  pictureMarkup,
  summarise,
} from '../words/outcome.ts';
import { explainRejection, whatToDo } from '../words/rejections.ts';
import { STATES } from '../words/states.ts';
import { Compare } from './compare.tsx';
import { filterOf, uploadHref, useQueryState } from './filter.ts';
import '../styles/upload.css';

function Variants({ manifest, query }: { manifest: Manifest; query: URLSearchParams }) {
  const { source, outputs } = manifest;
  const skipped = (manifest.status === 'done' && manifest.skipped) || [];
  const hrefOf = (variant: string) => {
    const next = new URLSearchParams(query);
    next.set('right', variant);
    return `/upload?${next.toString()}`;
  };
  return (
    <section aria-labelledby="variants-title">
      <div className="title">
        <h2 id="variants-title">Variants</h2>
        <p className="tally">{summarise(outputs, source.bytes)}</p>
      </div>
      <ul className="variants">
        {outputs.map(({ variant, key, format, width, height, pages, bytes, eTag }) => (
          <li key={variant}>
            {format === 'pdf' ? (
              <a
                href={objectUrl('processed', key, { version: eTag })}
                target="_blank"
                rel="noopener noreferrer"
                className="frame"
              >
                PDF
                <span className="spoken"> of {variant}</span>
              </a>
            ) : !isShown(format) ? (
              <span className="frame">{formatName(format)}</span>
            ) : (
              <Link href={hrefOf(variant)} replace aria-label={`Compare ${variant}`}>
                <span className="frame">
                  <img
                    src={objectUrl('processed', key, { version: eTag })}
                    alt={`${variant} of ${source.key}`}
                    width={width}
                    height={height}
                    loading="lazy"
                    decoding="async"
                    onLoad={({ currentTarget }) => currentTarget.classList.add('loaded')}
                  />
                </span>
              </Link>
            )}
            <strong>{variant}</strong>
            <span className="facts">
              {formatName(format)} ·{' '}
              {pages === undefined ? formatPixels(width, height) : formatPages(pages)}
            </span>
            <span className="facts">
              {formatBytes(bytes)} · {formatSaving(bytes, source.bytes)}{' '}
              <a href={objectUrl('processed', key, { isDownload: true })} download>
                Download
                <span className="spoken"> {variant}</span>
              </a>
            </span>
          </li>
        ))}
      </ul>
      {skipped.map(({ variant, code, message }) => (
        <p key={variant} className="reason">
          Not made: {variant} <code>{code}</code> {message}
        </p>
      ))}
    </section>
  );
}

function Rejection({ manifest }: { manifest: Extract<Manifest, { status: 'rejected' }> }) {
  const { code, message, retryable } = manifest.error;
  return (
    <section className="rejection" aria-label="Why it was rejected">
      <p className="lead">{explainRejection(code)}</p>
      <p>{whatToDo(retryable)}</p>
      <p className="reason">
        <code>{code}</code> {message}
      </p>
    </section>
  );
}

function Timeline({ events }: { events: Story['status']['events'] }) {
  if (events === null) return <p className="quiet">The log of the function is not known.</p>;
  if (events.length === 0) return <p className="quiet">No events since the last start.</p>;
  return (
    <ol className="timeline">
      {events.map(({ time, message, code, reason, duration }, index) => (
        <li key={index} data-bad={/failed|rejected|dead/.test(message)}>
          <time dateTime={time}>{new Date(time).toLocaleTimeString('en-GB')}</time>{' '}
          <strong>{message}</strong> {duration !== undefined && `${duration} ms`}{' '}
          {code !== undefined && <code>{code}</code>} {reason}
        </li>
      ))}
    </ol>
  );
}

function Facts({ story }: { story: Story }) {
  const { manifest, status, upload } = story;
  const { data: stack } = useStack();
  const { source } = status;
  const placeholder = manifest?.status === 'done' ? manifest.placeholder : undefined;
  const markup =
    manifest && stack
      ? pictureMarkup(manifest, ({ key, eTag }) => {
          const url = stack.deliveryUrl
            ? deliveryUrl(stack.deliveryUrl, key)
            : s3Url(stack.endpoint, stack.processedBucket, key);
          return `${url}?v=${encodeURIComponent(eTag)}`;
        })
      : undefined;
  const facts = manifest ? describeSource(manifest) : upload ? [formatBytes(upload.bytes)] : [];
  return (
    <div className="columns">
      <section aria-labelledby="facts-title">
        <h2 id="facts-title">Facts</h2>
        <dl className="facts">
          <dt>Upload</dt>
          <dd>{facts.join(' · ')}</dd>
          {source && (
            <>
              <dt>Stored</dt>
              <dd>{new Date(source.modified).toLocaleString('en-GB')}</dd>
            </>
          )}
          <dt>Recipe</dt>
          <dd>{status.recipe ?? 'none matches'}</dd>
          {manifest?.source.facts?.channels?.map((channel) => (
            <Fragment key={channel.channel}>
              <dt>{formatChannel(channel.channel)}</dt>
              <dd>
                {describeChannel(channel)}
                {channel.histogram && <Histogram {...channel.histogram} />}
              </dd>
            </Fragment>
          ))}
          {placeholder?.dominantColour !== undefined && (
            <>
              <dt>Colour</dt>
              <dd>
                <span className="swatch" style={{ backgroundColor: placeholder.dominantColour }} />{' '}
                <code>{placeholder.dominantColour}</code>
              </dd>
            </>
          )}
          {placeholder?.thumbhash !== undefined && (
            <>
              <dt>ThumbHash</dt>
              <dd>
                <code>{placeholder.thumbhash}</code>
              </dd>
            </>
          )}
          <dt>Advice</dt>
          <dd>{status.advice}</dd>
        </dl>
        {Object.entries(status.deadLetters).map(([code, number]) => (
          <p key={code} className="reason">
            {number} in the dead-letter queue: <code>{code}</code>
          </p>
        ))}
        {markup !== undefined && <Copied label="Markup" text={markup} />}
      </section>
      <section aria-labelledby="events-title">
        <h2 id="events-title">Events</h2>
        <Timeline events={status.events} />
        {manifest && (
          <details>
            <summary>Manifest</summary>
            <pre tabIndex={0}>{JSON.stringify(manifest, null, 2)}</pre>
          </details>
        )}
      </section>
    </div>
  );
}

/**
 * How many samples have each value, from the least to the largest. Heights are logarithms if half of the samples are in
 * one bar, as the background of a picture of the sky is: the others would be invisible.
 */
function Histogram({ from, to, counts }: { from: number; to: number; counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const isLogarithmic = most > counts.reduce((sum, count) => sum + count, 0) / 2;
  const share = (count: number) =>
    isLogarithmic ? Math.log1p(count) / Math.log1p(most) : count / most;
  const bars = counts.map((count, at) => `M${at} 100V${100 - 100 * share(count)}h1V100z`);
  return (
    <svg
      className="histogram"
      viewBox={`0 0 ${counts.length} 100`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Histogram from ${formatValue(from)} to ${formatValue(to)}${isLogarithmic ? ', logarithmic' : ''}`}
    >
      <path d={bars.join('')} />
    </svg>
  );
}

function Shot({ shot }: { shot: NonNullable<Rendering['shot']> }) {
  const facts = describeShot(shot);
  return (
    <dl className="facts" aria-label="EXIF">
      <dt>Shot</dt>
      <dd>{facts.length > 0 ? facts.join(' · ') : 'the file does not say how'}</dd>
      <dt>Place</dt>
      <dd>
        {shot.hasPlace
          ? 'The original names the place. Variants do not, unless the recipe keeps gps or copies the file.'
          : 'The original names none.'}
      </dd>
    </dl>
  );
}

/** Renders the upload again on this machine, to measure it. */
function Measured({ uploadKey }: { uploadKey: string }) {
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['measured', uploadKey],
    queryFn: ({ signal }) => renderUpload(uploadKey, signal, true),
    enabled: isOpen,
    ...{ gcTime: 0, staleTime: Infinity, retry: false, refetchOnWindowFocus: false },
  });
  const rendering = data?.rendering;
  return (
    <details className="measured" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Quality, EXIF, plan and cost</summary>
      {isOpen && !data && !error && <p className="loading">Rendering it on this machine…</p>}
      {error && <p className="reason">{error.message}</p>}
      {rendering && (
        <>
          <p className="quiet">
            Rendered again on this machine with the current recipe: {Math.round(rendering.cpuMs)} ms
            of CPU
            {rendering.dollarsPerMillion !== null &&
              `, ${formatDollars(rendering.dollarsPerMillion)} for a million such uploads`}
            .
          </p>
          {rendering.error && (
            <p className="reason">
              <code>{rendering.error.code}</code> {rendering.error.message}
            </p>
          )}
          <table>
            <thead>
              <tr>
                <th scope="col">Variant</th>
                <th scope="col">Size</th>
                <th scope="col">SSIM, 1 is equal to the source</th>
              </tr>
            </thead>
            <tbody>
              {rendering.variants.map(({ name, bytes, ssim }) => (
                <tr key={name} data-variant={name}>
                  <th scope="row">{name}</th>
                  <td>{formatBytes(bytes)}</td>
                  <td>{ssim === undefined ? 'not comparable' : ssim.toFixed(3)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rendering.shot && <Shot shot={rendering.shot} />}
          {rendering.plan !== undefined && (
            <pre className="plan" tabIndex={0} aria-label="The plan">
              {rendering.plan}
            </pre>
          )}
        </>
      )}
    </details>
  );
}

function Actions({ story, query }: { story: Story; query: URLSearchParams }) {
  const { key } = story.status;
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const isWritable = useWritable();
  const [note, setNote] = useState('');
  const run = async (work: Promise<unknown>, done: string) => {
    setNote('Working…');
    try {
      await work;
      setNote(done);
      return true;
    } catch (error) {
      setNote(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  const afterRemoval = story.next ?? story.previous;
  return (
    <div className="actions">
      <span role="status">{note}</span>
      <a href={objectUrl('source', key)} target="_blank" rel="noopener noreferrer">
        Original
      </a>
      <a href={objectUrl('source', key, { isDownload: true })} download>
        Download
      </a>
      {isWritable && (
        <>
          <button
            type="button"
            className="small"
            disabled={story.status.recipe === null}
            onClick={() => void run(retryUploads([key]), 'Sent to the queue')}
          >
            Retry
          </button>
          <button type="button" className="small danger" onClick={() => setAsking(true)}>
            Remove…
          </button>
        </>
      )}
      <Confirm
        isOpen={isAsking}
        title={`Remove ${key}?`}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          void run(removeUploads([key]), 'Removed').then((isRemoved) => {
            if (isRemoved) navigate(afterRemoval ? uploadHref(afterRemoval, query) : '/uploads');
          })
        }
      />
    </div>
  );
}

function Steps({ story, query }: { story: Story; query: URLSearchParams }) {
  const { previous, next, position, total } = story;
  const list = new URLSearchParams(query);
  for (const name of ['key', 'left', 'right', 'size']) list.delete(name);
  const back = list.size > 0 ? `/uploads?${list.toString()}` : '/uploads';
  return (
    <nav className="steps" aria-label="Uploads">
      <Link href={back}>All uploads</Link>
      {position !== null && (
        <span className="quiet">
          {position.toLocaleString('en')} of {total.toLocaleString('en')}
        </span>
      )}
      {previous !== null && <Link href={uploadHref(previous, query)}>Previous</Link>}
      {next !== null && <Link href={uploadHref(next, query)}>Next</Link>}
    </nav>
  );
}

/** The story of one upload. */
export default function Upload() {
  const { status } = useLive();
  const [query, set] = useQueryState();
  const key = query.get('key') ?? '';
  const filter = filterOf(query);
  const { data: story, error } = useQuery({
    queryKey: ['upload', key, filter],
    queryFn: () => getStory(key, filter),
    placeholderData: keepPreviousData,
    enabled: status === 'running' && key !== '',
  });
  if (!story)
    return error ? (
      <p className="banner">{error.message}</p>
    ) : (
      <p className="loading">Reading the upload…</p>
    );
  const { manifest, upload } = story;
  const shown = story.status.key;
  const slash = shown.lastIndexOf('/') + 1;
  return (
    <article className="upload" data-key={shown} data-state={upload?.state}>
      <Steps story={story} query={query} />
      <div className="title">
        <h1>
          <span className="folder">{shown.slice(0, slash)}</span>
          {shown.slice(slash)}
        </h1>
        {upload && <StateBadge state={upload.state} />}
        <Actions story={story} query={query} />
      </div>
      {!upload && !story.status.source && <p className="lead">This upload does not exist.</p>}
      {upload && upload.state !== 'done' && upload.state !== 'rejected' && (
        <p className="lead">{STATES[upload.state].what}</p>
      )}
      {manifest?.status === 'rejected' && <Rejection manifest={manifest} />}
      {manifest?.status === 'done' && <Compare {...{ manifest, query, set }} />}
      {manifest?.status === 'done' && <Variants manifest={manifest} query={query} />}
      <Facts story={story} />
      {upload?.recipe && <Measured key={shown} uploadKey={shown} />}
    </article>
  );
}
