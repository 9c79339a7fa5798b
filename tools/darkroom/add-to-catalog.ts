import { applyChangesToString, ChangeType, type Tree } from '@nx/devkit';
import ts from 'typescript';

/** A transform or decoder as the catalog imports it. */
export interface CatalogEntry {
  readonly identifier: string;
  readonly packageName: string;
}

/** The array literal that a function of this name is given. */
function findList(node: ts.Node, name: string): ts.ArrayLiteralExpression | undefined {
  if (ts.isCallExpression(node) && node.expression.getText() === name) {
    const [list] = node.arguments;
    if (list && ts.isArrayLiteralExpression(list)) return list;
  }
  return ts.forEachChild(node, (child) => findList(child, name));
}

function hasIdentifier(node: ts.Node, name: string): boolean {
  if (ts.isIdentifier(node) && node.text === name) return true;
  return ts.forEachChild(node, (child) => hasIdentifier(child, name) || undefined) ?? false;
}

function isKeyword(text: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, undefined, text);
  return scanner.scan() !== ts.SyntaxKind.Identifier;
}

/**
 * Adds the import of a transform or decoder and its place at the end of the list.
 * @param list name of the function whose argument is the list
 * @throws Error if the identifier cannot be used there, or the file has an unexpected shape
 */
export function addToCatalog(
  tree: Tree,
  file: string,
  { identifier, packageName }: CatalogEntry,
  list: 'createCatalog' | 'listDecoders' = 'createCatalog',
): void {
  const text = tree.read(file, 'utf8') ?? '';
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  if (isKeyword(identifier)) throw new Error(`"${identifier}" is a word of TypeScript`);
  if (hasIdentifier(source, identifier)) {
    throw new Error(`"${identifier}" means something else in ${file} already`);
  }
  const last = findList(source, list)?.elements.at(-1);
  if (!last) throw new Error(`${file} has no list ${list}([…]) to add ${identifier} to`);
  const imports = source.statements.filter((statement) => ts.isImportDeclaration(statement));
  const line = `import { ${identifier} } from '${packageName}';\n`;
  // Imports are in the order of their packages.
  const next = imports.find(
    (statement) => statement.moduleSpecifier.getText() > `'${packageName}'`,
  );
  const changed = applyChangesToString(text, [
    { type: ChangeType.Insert, index: next?.getStart() ?? 0, text: line },
    { type: ChangeType.Insert, index: last.getEnd(), text: `, ${identifier}` },
  ]);
  tree.write(file, changed);
}
