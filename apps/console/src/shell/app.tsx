import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import type { Live } from '../api/client.ts';
import { useLive, type LiveState } from '../api/live.ts';
import { Overview } from '../views/overview.tsx';
import { useDrops, useWritable } from './drop.tsx';
import { Tray } from './tray.tsx';

const Uploads = lazy(() => import('../views/uploads.tsx'));
const Upload = lazy(() => import('../views/upload.tsx'));
const Playground = lazy(() => import('../views/playground.tsx'));
const Changes = lazy(() => import('../views/changes.tsx'));
const Problems = lazy(() => import('../views/problems.tsx'));
const Connect = lazy(() => import('./connect.tsx'));

const STATUS: Readonly<Record<LiveState['status'], string>> = {
  connecting: 'Connecting',
  starting: 'Starting',
  running: 'Running',
  trouble: 'Trouble',
  offline: 'Not running',
};

function bannerOf({ status, message }: LiveState): string | undefined {
  if (status === 'starting')
    return 'Darkroom is starting. This page continues by itself in a moment.';
  if (status === 'offline')
    return 'Darkroom does not answer. Start it again: “npm start”, or “darkroom console” for a deployed stack. This page continues by itself.';
  if (status === 'trouble') return `S3 or SQS does not answer: ${message}`;
  return undefined;
}

/** How long an applied change is shown, milliseconds. */
const APPLIED_MS = 15_000;

/** What the latest save of the stack file led to. A wrong file stays visible until it is corrected. */
function ChangeNotice({ change }: { change: Live['change'] | undefined }) {
  const [isOld, setOld] = useState(false);
  const { at, status, message } = change ?? {};
  useEffect(() => {
    if (at === undefined) return undefined;
    const left = APPLIED_MS - (Date.now() - at);
    setOld(left <= 0);
    const timer = setTimeout(() => setOld(true), left);
    return () => clearTimeout(timer);
  }, [at, status]);
  const isHidden = status === undefined || (status === 'applied' && isOld);
  const words = { applying: 'Applying the stack file', applied: 'The stack file is applied' };
  return (
    <p className="banner change" role="status" data-status={status} hidden={isHidden}>
      {!isHidden && (status === 'failed' ? message : `${words[status]}: ${message}`)}
    </p>
  );
}

function NavLink({ href, name, figure }: { href: string; name: string; figure?: number }) {
  const [location] = useLocation();
  const isHere = href === '/' ? location === '/' : location.startsWith(href);
  return (
    <Link href={href} className="tab" aria-current={isHere ? 'page' : undefined}>
      {name}
      {figure !== undefined && <span className="figure">{figure.toLocaleString('en')}</span>}
    </Link>
  );
}

/** Sets the title, and moves the focus to the heading of a new view, as a page load would. */
function useAnnouncedViews(): void {
  const [location] = useLocation();
  const isFirst = useRef(true);
  useEffect(() => {
    const name = {
      '/': 'Overview',
      '/uploads': 'Uploads',
      '/upload': 'Upload',
      '/playground': 'Playground',
      '/changes': 'Changes',
      '/problems': 'Problems',
    }[location];
    document.title = name === undefined ? 'Darkroom' : `${name} · Darkroom`;
    if (!isFirst.current) {
      scrollTo(0, 0);
      document.getElementById('main')?.focus();
    }
    isFirst.current = false;
  }, [location]);
}

export function App() {
  const state = useLive();
  const { status, live } = state;
  const [isConnecting, setConnecting] = useState(false);
  const banner = bannerOf(state);
  const isOver = useDrops();
  const isWritable = useWritable();
  useAnnouncedViews();
  return (
    <div className={isOver ? 'page dropping' : 'page'} data-status={status}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="bar">
        <Link href="/" className="wordmark">
          Darkroom
        </Link>
        <nav aria-label="Views">
          <NavLink href="/" name="Overview" />
          <NavLink href="/uploads" name="Uploads" />
          <NavLink href="/playground" name="Playground" />
          <NavLink href="/changes" name="Changes" />
          <NavLink
            href="/problems"
            name="Problems"
            {...(live && live.status.deadLetters > 0 && { figure: live.status.deadLetters })}
          />
        </nav>
        <button
          type="button"
          className="plain"
          disabled={!live}
          onClick={() => setConnecting(true)}
        >
          Connect
        </button>
        <span className="status">
          <span className="lamp" aria-hidden="true" />
          <span id="status">{STATUS[status]}</span>
          {live && <span className="stack">{live.status.stack}</span>}
          {!isWritable && <span className="stack">read-only</span>}
        </span>
      </header>
      <p className="banner" role="status" hidden={banner === undefined}>
        {banner}
      </p>
      <ChangeNotice change={live?.change} />
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<p className="loading">Loading…</p>}>
          <Switch>
            <Route path="/" component={Overview} />
            <Route path="/uploads" component={Uploads} />
            <Route path="/upload" component={Upload} />
            <Route path="/playground" component={Playground} />
            <Route path="/changes" component={Changes} />
            <Route path="/problems" component={Problems} />
            <Route>
              <p className="lead">This page does not exist.</p>
            </Route>
          </Switch>
        </Suspense>
      </main>
      <Tray />
      {isConnecting && (
        <Suspense>
          <Connect onClose={() => setConnecting(false)} />
        </Suspense>
      )}
    </div>
  );
}
