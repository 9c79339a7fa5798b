import {
  autocompletion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { TextProblem } from '../api/client.ts';
import type { SchemaHelp } from './schema-help.ts';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--busy)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: tags.number, color: 'var(--accent)' },
  { tag: [tags.bool, tags.null, tags.keyword], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator], color: 'var(--muted)' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '13.5px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', minHeight: '22rem' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--sunk)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--busy-soft)',
  },
  '.cm-selectionBackground': { backgroundColor: 'var(--busy-soft)' },
  '.cm-tooltip': {
    maxWidth: '30rem',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
  },
  '.cm-tooltip.help': { padding: '0.5rem 0.75rem' },
  '.cm-tooltip.help p': { margin: '0.25rem 0 0' },
  '.cm-tooltip.help .facts': { color: 'var(--muted)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-ink)',
  },
  '.cm-completionInfo': { padding: '0.5rem 0.75rem' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
});

function complete(help: SchemaHelp) {
  return ({ state, pos, explicit }: CompletionContext): CompletionResult | null => {
    const { from, suggestions } = help.suggest(state.doc.toString(), pos);
    if (suggestions.length === 0 || (from === pos && !explicit)) return null;
    return {
      from,
      validFor: /^[\w-]*$/,
      options: suggestions.map(({ label, kind, description }) => ({
        label,
        type: kind === 'key' ? 'property' : 'enum',
        apply: kind === 'key' ? `${label}: ` : label,
        ...(description !== undefined && { info: description }),
      })),
    };
  };
}

function hover(help: SchemaHelp) {
  return hoverTooltip(({ state }, offset) => {
    const found = help.help(state.doc.toString(), offset);
    if (!found) return null;
    const { from, to, title, description, facts } = found;
    const dom = document.createElement('div');
    dom.className = 'help';
    for (const [tag, text, className] of [
      ['strong', title, ''],
      ['p', description, ''],
      ['p', facts, 'facts'],
    ] as const) {
      const element = document.createElement(tag);
      element.textContent = text;
      element.className = className;
      if (text !== '') dom.append(element);
    }
    return { pos: from, end: to, above: true, create: () => ({ dom }) };
  });
}

/** An editor for YAML. It is in a shadow root: the page's security policy allows no style elements. */
export function Editor(props: {
  label: string;
  text: string;
  problems: readonly TextProblem[];
  help: SchemaHelp;
  onChange: (text: string) => void;
}) {
  const { label, text, problems, help, onChange } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const created = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          ...[lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching()],
          ...[highlightActiveLine(), yaml(), syntaxHighlighting(colours), theme, lintGutter()],
          // Tab leaves the editor, as the keyboard's users expect.
          keymap.of([...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          autocompletion({ override: [complete(help)] }),
          hover(help),
          // axe does not count `contenteditable` as focusable.
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = created;
    return () => {
      created.destroy();
      view.current = null;
    };
    // The text of another recipe replaces the document below.
  }, [help, label]);

  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === text) return;
    const { length } = current.state.doc;
    current.dispatch({ changes: { from: 0, to: length, insert: text } });
  }, [text]);

  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const { length } = current.state.doc;
    const within = (offset: number) => Math.min(offset, length);
    const diagnostics = problems.map(({ from, to, message }) => ({
      ...{ from: within(from), to: within(to), message },
      severity: 'error' as const,
    }));
    current.dispatch(setDiagnostics(current.state, diagnostics));
  }, [problems]);

  return <div ref={host} className="editor" />;
}
