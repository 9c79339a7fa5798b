/**
 * Counts constructions that slow readers down, in comments and in documents. CONTRIBUTING.md names them with
 * rewrites.
 *
 * `node tools/lint/plain-english.ts` fails if a count rises above `plain-english.json`; `--update` lowers the
 * counts in that file; `--list` prints each place.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const CHECKOUT = path.resolve(import.meta.dirname, '../..');
const CEILINGS = path.join(import.meta.dirname, 'plain-english.json');

/** Each pattern counts without regard to case. */
export const CONSTRUCTIONS: readonly RegExp[] = [
  /\b(?:is|are|was|were|be|been|get|gets) told\b/gi,
  /\btells?\b/gi,
  /\bstands?\b/gi,
  /\b(?:is|are|was) (?:no|none)\b/gi,
  /\b(?:nobody|somebody|whoever)\b/gi,
  /\bbeside\b/gi,
  /\bwhere there (?:is|are)\b/gi,
  /\bwhat (?:hangs|is)\b/gi,
  /\bfor ever\b/gi,
  /\bmend(?:s|ed)?\b/gi,
  /\bso that\b/gi,
  /\bmade anew\b/gi,
  /\breckon\w*/gi,
  /\bwork(?:s|ed)? off\b/gi,
];

export interface Finding {
  /** 1 for the first line of the text. */
  readonly line: number;
  readonly words: string;
}

/** @returns the constructions of a text in the order of its lines */
export function findConstructions(text: string): Finding[] {
  const lineOf = (index: number) => text.slice(0, index).split('\n').length;
  return CONSTRUCTIONS.flatMap((pattern) =>
    // Line breaks and comment stars inside a construction do not hide it.
    [...text.matchAll(new RegExp(pattern.source.replaceAll(' ', '[\\s*/#]+'), 'gi'))].map(
      ({ 0: words, index }) => ({ line: lineOf(index), words: words.replaceAll(/[\s*/#]+/g, ' ') }),
    ),
  ).sort((a, b) => a.line - b.line);
}

/** The same text with spaces in place of everything but comments; lines keep their numbers. */
export function commentsOf(source: string): string {
  const blank = (part: string) => part.replaceAll(/[^\n]/g, ' ');
  const file = ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest, true);
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    // Templates and JSX text may hold what looks like a comment.
    const from = node.getFullStart();
    for (const { pos, end } of ts.getLeadingCommentRanges(source, from) ?? []) ranges.set(pos, end);
    for (const { pos, end } of ts.getTrailingCommentRanges(source, node.getEnd()) ?? [])
      ranges.set(pos, end);
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  let result = '';
  let position = 0;
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    if (from < position) continue;
    result += blank(source.slice(position, from)) + source.slice(from, to);
    position = to;
  }
  return result + blank(source.slice(position));
}

/** Code blocks and inline code of a document are no prose. */
export function proseOf(document: string): string {
  const blank = (part: string) => part.replaceAll(/[^\n]/g, ' ');
  return document.replaceAll(/^```.*?^```/gms, blank).replaceAll(/`[^`\n]*`/g, blank);
}

export function countWords(text: string): number {
  return text.match(/\p{L}[\p{L}\p{N}'’-]*/gu)?.length ?? 0;
}

interface Count {
  /** Per 1,000 words, with one decimal. */
  readonly perThousandWords: number;
  readonly constructions: number;
  readonly words: number;
}

interface Place extends Finding {
  readonly file: string;
}

function count(
  files: readonly string[],
  proseIn: (text: string) => string,
): { count: Count; places: Place[] } {
  const places: Place[] = [];
  let words = 0;
  for (const file of files) {
    const prose = proseIn(readFileSync(path.join(CHECKOUT, file), 'utf8'));
    words += countWords(prose);
    places.push(...findConstructions(prose).map((finding) => ({ file, ...finding })));
  }
  const perThousandWords = Math.round((places.length / Math.max(words, 1)) * 10_000) / 10;
  return { count: { perThousandWords, constructions: places.length, words }, places };
}

function main(options: readonly string[]): void {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: CHECKOUT, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && !file.includes('fixtures/'));
  const results = {
    comments: count(
      tracked.filter((file) => /\.(?:ts|tsx|mjs|js)$/.test(file) && file !== OWN_FILE),
      commentsOf,
    ),
    documents: count(
      tracked.filter((file) => file.endsWith('.md') && file !== 'CONTRIBUTING.md'),
      proseOf,
    ),
  };
  const ceilings = JSON.parse(readFileSync(CEILINGS, 'utf8')) as Record<string, number>;
  for (const [kind, { count, places }] of Object.entries(results)) {
    const ceiling = ceilings[kind] ?? 0;
    console.log(
      `Plain English, ${kind}: ${count.perThousandWords} constructions per 1,000 words (${count.constructions} in ${count.words}); at most ${ceiling}`,
    );
    if (options.includes('--list'))
      for (const { file, line, words } of places) console.log(`  ${file}:${line}  ${words}`);
    if (options.includes('--update')) ceilings[kind] = Math.min(ceiling, count.perThousandWords);
    else if (count.perThousandWords > ceiling) {
      console.error(
        '  Rewrite them (CONTRIBUTING.md); `node tools/lint/plain-english.ts --list` prints each.',
      );
      process.exitCode = 1;
    }
  }
  if (options.includes('--update'))
    writeFileSync(CEILINGS, `${JSON.stringify(ceilings, undefined, 2)}\n`);
}

/** Its patterns would count. */
const OWN_FILE = 'tools/lint/plain-english.ts';

if (import.meta.main) main(process.argv.slice(2));
