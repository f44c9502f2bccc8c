import ts from 'typescript';
import type { SourceFile } from './source-files.ts';

/** What the tidy rules look at in one file; lines count from 1. */
export interface Outline {
  functions: { name: string; line: number; lineCount: number }[];
  constructors: { line: number; parameterCount: number }[];
  /** Names that are declared to be numbers, by their type or by a literal. */
  numbers: { name: string; line: number }[];
  /** Calls as they are written: `Date.now()`, `new Date()`, `console.log(…)`, `Math.random()`. */
  calls: { text: string; line: number }[];
}

/** Reads a file's shape from its syntax tree. */
export function outlineOf(file: SourceFile): Outline {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
  const outline: Outline = { functions: [], constructors: [], numbers: [], calls: [] };
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;

  const visit = (node: ts.Node): void => {
    const line = lineOf(node.getStart());
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const lineCount = lineOf(node.end) - line + 1;
      outline.functions.push({ name: nameOf(node), line, lineCount });
    }
    if (ts.isConstructorDeclaration(node)) {
      outline.constructors.push({ line, parameterCount: node.parameters.length });
    }
    const number = declaredNumber(node);
    if (number) outline.numbers.push({ name: number, line });
    const call = callText(node);
    if (call) outline.calls.push({ text: call, line });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return outline;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const parent = node.parent;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return ts.isConstructorDeclaration(node) ? 'constructor' : '(anonymous)';
}

function declaredNumber(node: ts.Node): string | null {
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node);
  if (!isDeclaration || !ts.isIdentifier(node.name)) return null;
  const isNumber = node.type
    ? /^(number)( \| (null|undefined))*$/.test(node.type.getText())
    : 'initializer' in node && node.initializer !== undefined && ts.isNumericLiteral(node.initializer);
  return isNumber ? node.name.text : null;
}

function callText(node: ts.Node): string | null {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return node.arguments?.length ? null : 'new Date()';
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  const object = node.expression.expression.getText();
  return ['Date', 'Math', 'console'].includes(object) ? `${object}.${node.expression.name.text}()` : null;
}
