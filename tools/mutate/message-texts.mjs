/**
 * A plugin for Stryker: texts for people are not mutated. A test that pins their words pins nothing that a program
 * relies on. Error codes, keys, headers and patterns are mutated.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Three words in a row are a sentence, wherever they are. */
const SENTENCE = /\p{L}[\p{L}'’-]*,? \p{L}[\p{L}'’-]*,? \p{L}/u;
/** In an error or a log line two are enough. */
const PHRASE = /\S\s+\S|\s$|^\s/;
const LOG_METHODS = new Set(['debug', 'info', 'warn', 'error', 'log']);

/** @param {import('@stryker-mutator/core').babel.NodePath} path */
function textOf({ node }) {
  if (node.type === 'StringLiteral') return node.value;
  if (node.type !== 'TemplateLiteral') return undefined;
  // What is inserted counts as a word.
  return node.quasis.map(({ value }) => value.cooked).join('x');
}

/** @param {import('@stryker-mutator/core').babel.NodePath} path */
function isInMessage(path) {
  for (let at = path.parentPath; at && !at.isFunction() && !at.isStatement(); at = at.parentPath) {
    const { node } = at;
    if (node.type !== 'NewExpression' && node.type !== 'CallExpression') continue;
    const { callee } = node;
    if (callee.type === 'Identifier' && /(?:Error|Rejection)$/.test(callee.name)) return true;
    if (callee.type === 'MemberExpression' && LOG_METHODS.has(callee.property.name)) return true;
  }
  return false;
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'message-texts', {
    shouldIgnore(path) {
      const text = textOf(path);
      if (text === undefined) return undefined;
      if (SENTENCE.test(text) || (PHRASE.test(text) && isInMessage(path)))
        return 'a text for people';
      return undefined;
    },
  }),
];
