import { useSearchParams } from 'wouter';
import type { Filter } from '../api/client.ts';
import { STATE_NAMES } from '../words/states.ts';

const NAMES = ['search', 'state', 'code', 'recipe', 'format', 'since'] as const;

/** The conditions of an address. Values that the API would refuse are left out. */
export function filterOf(query: URLSearchParams): Filter {
  const filter: Filter = {};
  for (const name of ['search', 'code', 'recipe', 'format'] as const) {
    const value = query.get(name);
    if (value) filter[name] = value;
  }
  const state = STATE_NAMES.find((name) => name === query.get('state'));
  if (state) filter.state = state;
  const since = Number(query.get('since'));
  if (since > 0) filter.since = since;
  return filter;
}

/** The address of an upload, with the conditions of the list that it was found in. */
export function uploadHref(key: string, query: URLSearchParams): string {
  const next = new URLSearchParams({ key });
  for (const name of NAMES) {
    const value = query.get(name);
    if (value) next.set(name, value);
  }
  return `/upload?${next.toString()}`;
}

export type SetQuery = (name: string, value: string | undefined) => void;

/** The address as the state of a view. An empty value removes the name. */
export function useQueryState(): [URLSearchParams, SetQuery] {
  const [query, setQuery] = useSearchParams();
  const set: SetQuery = (name, value) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [query, set];
}
