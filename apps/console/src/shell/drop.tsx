import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { getStack, type Stack } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { chosenFiles, droppedFiles } from '../upload/dropped-files.ts';
import { sendFiles } from '../upload/queue.ts';

let chosenPrefix: string | undefined;
const listeners = new Set<() => void>();

/** The prefix that uploads of this page get: the chosen one, or that of the first recipe. */
function usePrefix(stack: Stack | undefined): [string, (prefix: string) => void] {
  const chosen = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => chosenPrefix,
  );
  const prefixes = stack?.recipes.map(({ match }) => match.prefix) ?? [];
  const prefix = chosen !== undefined && prefixes.includes(chosen) ? chosen : (prefixes[0] ?? '');
  return [
    prefix,
    (next) => {
      chosenPrefix = next;
      for (const listener of listeners) listener();
    },
  ];
}

export function useStack() {
  const { status } = useLive();
  return useQuery({ queryKey: ['stack'], queryFn: getStack, enabled: status === 'running' });
}

/** Whether the page may change the stack. A deployed one needs `--write`. */
export function useWritable(): boolean {
  const { data: stack } = useStack();
  return stack?.writable !== false;
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/**
 * Takes files that are dropped anywhere on the page. A browser would leave the page and show a file that misses the
 * zone.
 *
 * @returns whether files are above the page now
 */
export function useDrops(): boolean {
  const { data: stack } = useStack();
  const [prefix] = usePrefix(stack);
  const [isOver, setOver] = useState(false);
  const isWritable = useWritable();
  useEffect(() => {
    if (!isWritable) return undefined;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // Left for another element of the page is not left.
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      void droppedFiles(event.dataTransfer).then((files) => sendFiles(files, prefix));
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, [prefix, isWritable]);
  return isOver;
}

/** A button that chooses files, or a folder with all files in it. */
function Picker(props: {
  id: string;
  text: string;
  isFolder?: boolean;
  prefix: string;
  disabled: boolean;
}) {
  const { id, text, isFolder = false, prefix, disabled } = props;
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        id={id}
        className={isFolder ? 'small' : undefined}
        disabled={disabled}
        onClick={() => picker.current?.click()}
      >
        {text}
      </button>
      <input
        ref={picker}
        id={isFolder ? 'folder-picker' : 'picker'}
        type="file"
        {...(isFolder ? { webkitdirectory: '' } : { multiple: true, accept: 'image/*' })}
        disabled={disabled}
        tabIndex={-1}
        aria-label={isFolder ? 'Folder to upload' : 'Files to upload'}
        className="spoken"
        onChange={({ currentTarget }) => {
          sendFiles(chosenFiles(currentTarget.files ?? []), prefix);
          // The same file may be chosen twice.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

/** The buttons that choose files, which the keyboard reaches, and the recipe that they are for. */
export function ChooseFiles() {
  const { data: stack } = useStack();
  const [prefix, setPrefix] = usePrefix(stack);
  const recipes = stack?.recipes ?? [];
  const isWritable = useWritable();
  if (!isWritable) return null;
  return (
    <div className="choose">
      <Picker id="choose" text="Choose files" prefix={prefix} disabled={!stack} />
      <Picker id="choose-folder" text="A folder" isFolder prefix={prefix} disabled={!stack} />
      {recipes.length > 1 && (
        <label>
          Recipe
          <select value={prefix} onChange={({ target }) => setPrefix(target.value)}>
            {recipes.map(({ name, match }) => (
              <option key={name} value={match.prefix}>
                {name} ({match.prefix || 'every key'})
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
