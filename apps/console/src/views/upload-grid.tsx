import { useQueries } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
} from 'react';
import { useLocation } from 'wouter';
import { getUploads, type Filter, type Upload, type UploadPage } from '../api/client.ts';
import { StateBadge } from '../parts/state-badge.tsx';
import { Thumbnail } from '../parts/picture.tsx';
import { count, formatBytes, formatPixels, formatSaving } from '../words/format.ts';
import { uploadHref } from './filter.ts';

/** Uploads of a request. */
export const PAGE = 100;
/** Least width of a card and height of rows, CSS pixels; styles/uploads.css has the same. */
const CARD = { width: 190, height: 236, gap: 16 };
const ROW = 52;

function useWidth(): [React.RefObject<HTMLDivElement | null>, number, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<readonly [width: number, top: number]>([0, 0]);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => {
      const top = element.getBoundingClientRect().top + scrollY;
      setPlace((before) =>
        before[0] === element.clientWidth && before[1] === top
          ? before
          : [element.clientWidth, top],
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  return [ref, ...place];
}

function factsOf({ format, width, height, bytes, outputs, state, code }: Upload) {
  if (state === 'rejected') return code;
  const size =
    width !== undefined && height !== undefined ? formatPixels(width, height) : undefined;
  const saved = outputs > 0 ? count(outputs, 'variant') : undefined;
  return [format && size, formatBytes(bytes), saved].filter(Boolean).join(' · ');
}

interface CardProps {
  readonly upload: Upload | undefined;
  readonly index: number;
  readonly total: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly layout: 'grid' | 'list';
  readonly place: { readonly left: number; readonly top: number; readonly width: number };
  readonly onClick: (event: MouseEvent) => void;
  readonly onFocus: () => void;
}

function Card(props: CardProps) {
  const { upload, index, total, isActive, isSelected, layout, place, onClick, onFocus } = props;
  const slash = (upload?.key.lastIndexOf('/') ?? -1) + 1;
  return (
    <div
      role="option"
      id={`upload-${index}`}
      data-index={index}
      data-key={upload?.key}
      data-state={upload?.state}
      className={`card ${layout}`}
      tabIndex={isActive ? 0 : -1}
      aria-selected={isSelected}
      aria-posinset={index + 1}
      aria-setsize={total}
      {...(!upload && { 'aria-label': 'This upload is being read' })}
      style={{ transform: `translate(${place.left}px, ${place.top}px)`, width: place.width }}
      onClick={onClick}
      onFocus={onFocus}
    >
      {upload && (
        <>
          <Thumbnail upload={upload} />
          <span className="check" aria-hidden="true" />
          <span className="words">
            <span className="key" title={upload.key}>
              <span className="name">{upload.key.slice(slash)}</span>
              <span className="folder">{upload.key.slice(0, slash)}</span>
            </span>
            <span className="facts">
              {factsOf(upload)}
              {layout === 'list' &&
                upload.outputs > 0 &&
                ` ${formatBytes(upload.outputBytes)} (${formatSaving(upload.outputBytes, upload.bytes)})`}
            </span>
          </span>
          <StateBadge state={upload.state} />
        </>
      )}
    </div>
  );
}

/**
 * Whether the list has the keyboard's focus. It stays true if React replaces the focused card, for example when its
 * upload is loaded.
 */
function useFocusKeeper(list: React.RefObject<HTMLElement | null>): React.RefObject<boolean> {
  const keeps = useRef(false);
  useEffect(() => {
    const update = ({ target }: Event) => {
      keeps.current = target instanceof Node && list.current?.contains(target) === true;
    };
    document.addEventListener('focusin', update);
    document.addEventListener('pointerdown', update);
    return () => {
      document.removeEventListener('focusin', update);
      document.removeEventListener('pointerdown', update);
    };
  }, [list]);
  return keeps;
}

/**
 * A virtualised list of uploads that pages are loaded for as they scroll into view. It has one tab stop: arrows move the
 * focus, Enter opens, Space selects.
 */
export function UploadGrid(props: {
  first: UploadPage;
  filter: Filter;
  query: URLSearchParams;
  layout: 'grid' | 'list';
  selection: ReadonlySet<string>;
  onSelection: (keys: ReadonlySet<string>) => void;
}) {
  const { first, filter, query, layout, selection, onSelection } = props;
  const { total } = first;
  const [, navigate] = useLocation();
  const [ref, width, top] = useWidth();
  // The key follows an upload that moves when others arrive; the index serves cards that are not loaded.
  const [active, setActive] = useState<{ index: number; key?: string | undefined }>({ index: 0 });
  const wantsFocus = useRef(false);
  const columns =
    layout === 'list' || width === 0
      ? 1
      : Math.max(width < 480 ? 2 : 1, Math.floor((width + CARD.gap) / (CARD.width + CARD.gap)));
  const cardWidth = (width - (columns - 1) * CARD.gap) / columns;
  const rowHeight = layout === 'list' ? ROW : CARD.height + CARD.gap;
  const virtualizer = useWindowVirtualizer({
    count: Math.ceil(total / columns),
    estimateSize: () => rowHeight,
    overscan: 3,
    scrollMargin: top,
  });
  useLayoutEffect(() => virtualizer.measure(), [rowHeight, columns, virtualizer]);
  const rows = virtualizer.getVirtualItems();
  const from = Math.floor(((rows[0]?.index ?? 0) * columns) / PAGE);
  const to = Math.floor((((rows.at(-1)?.index ?? 0) + 1) * columns - 1) / PAGE);
  const pages = useQueries({
    queries: Array.from({ length: to - from + 1 }, (_, index) => ({
      queryKey: ['uploads', filter, from + index],
      queryFn: () => getUploads(filter, (from + index) * PAGE, PAGE),
    })),
  });
  const uploadAt = (index: number): Upload | undefined => {
    const page = Math.floor(index / PAGE);
    const data = page === 0 ? first : pages[page - from]?.data;
    return data?.uploads[index % PAGE];
  };
  const last = total - 1;
  const indexOf = (key: string): number | undefined => {
    const loaded = [
      [0, first] as const,
      ...pages.map(({ data }, page) => [from + page, data] as const),
    ];
    for (const [page, data] of loaded) {
      const place = data?.uploads.findIndex((upload) => upload.key === key) ?? -1;
      if (place >= 0) return page * PAGE + place;
    }
    return undefined;
  };
  const isInPlace = active.key === undefined || uploadAt(active.index)?.key === active.key;
  const found = isInPlace ? undefined : indexOf(active.key ?? '');
  const current = Math.max(0, Math.min(found ?? active.index, last));
  const keepsFocus = useFocusKeeper(ref);

  useEffect(() => {
    const isLost = keepsFocus.current && document.activeElement === document.body;
    if (!wantsFocus.current && !isLost) return;
    const element = document.getElementById(`upload-${current}`);
    if (!element) return;
    wantsFocus.current = false;
    element.focus({ preventScroll: true });
  });

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(last, index));
    wantsFocus.current = true;
    setActive({ index: next, key: uploadAt(next)?.key });
    virtualizer.scrollToIndex(Math.floor(next / columns), { align: 'auto' });
  };
  const toggle = (key: string) => {
    const next = new Set(selection);
    if (!next.delete(key)) next.add(key);
    onSelection(next);
  };
  const open = (key: string) => navigate(uploadHref(key, query));
  const onKeyDown = (event: KeyboardEvent) => {
    const screen = Math.max(1, Math.floor(innerHeight / rowHeight)) * columns;
    const steps: Record<string, number> = {
      ArrowRight: current + 1,
      ArrowLeft: current - 1,
      ArrowDown: current + columns,
      ArrowUp: current - columns,
      PageDown: current + screen,
      PageUp: current - screen,
      Home: 0,
      End: last,
    };
    const key = uploadAt(current)?.key;
    const next = steps[event.key];
    if (next !== undefined) moveTo(next);
    else if (event.key === ' ' && key !== undefined) toggle(key);
    else if (event.key === 'Enter' && key !== undefined) open(key);
    else if (event.key === 'Escape') onSelection(new Set());
    else return;
    event.preventDefault();
  };
  const cards = rows.flatMap((row) =>
    Array.from({ length: columns }, (_, column) => ({
      row,
      column,
      index: row.index * columns + column,
    })),
  );
  return (
    <div ref={ref} className="grid-host">
      <div
        role="listbox"
        tabIndex={-1}
        aria-label="Uploads, newest first"
        aria-multiselectable="true"
        className="grid"
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {width > 0 &&
          cards
            .filter(({ index }) => index <= last)
            .map(({ row, column, index }) => {
              const upload = uploadAt(index);
              return (
                <Card
                  key={upload?.key ?? index}
                  {...{ upload, index, total, layout }}
                  isActive={index === current}
                  isSelected={upload !== undefined && selection.has(upload.key)}
                  place={{
                    left: column * (cardWidth + CARD.gap),
                    top: row.start - top,
                    width: cardWidth,
                  }}
                  onFocus={() => setActive({ index, key: upload?.key })}
                  onClick={(event) => {
                    if (!upload) return;
                    const isCheck = (event.target as Element).closest('.check') !== null;
                    if (isCheck || event.shiftKey) toggle(upload.key);
                    else if (event.ctrlKey || event.metaKey)
                      window.open(uploadHref(upload.key, query));
                    else open(upload.key);
                  }}
                />
              );
            })}
      </div>
    </div>
  );
}
