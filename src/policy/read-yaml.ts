// SPDX-License-Identifier: Apache-2.0
// Reads YAML (and JSON, which is YAML) within bounds: documents whose values know their line and column, or problems.

import { MAX_FLOW_DEPTH, MAX_INDENT } from '../vocabulary/limits.js';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { ReasonCode } from '../vocabulary/reasons.js';
import { printable } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { inOrder, type PolicyProblem } from './problem.js';
import { type PassedBound, passedBound } from './yaml-nesting.js';
import { type TreeBounds, treeOf, type YamlNode } from './yaml-tree.js';

/** How a text is read. */
export interface YamlReading {
  /** Names the text in problems. */
  readonly source: string;
  readonly maxBytes: number;
  readonly bounds: TreeBounds;
  /** Codes for what is not YAML, and for what is too much of it. */
  readonly codes: { readonly syntax: ReasonCode; readonly tooLarge: ReasonCode };
}

/** A text that was read. */
export interface YamlText {
  readonly documents: readonly YamlNode[];
  /** Line and column, from 1, of an offset. */
  positionOf(offset: number): { readonly line: number; readonly column: number };
}

/** Syntax errors shown of one text; the later ones mostly follow from the first. */
const MAX_SYNTAX_PROBLEMS = 5;

/** A value of a map has a key. */
const KEYS_AND_VALUES = 2;

const wordsFor = ({ kind }: PassedBound): string =>
  kind === 'too many'
    ? 'there are too many values'
    : `nested too deeply (at most ${MAX_FLOW_DEPTH} levels in one line, ${MAX_INDENT} columns of indentation)`;

/** Reads all documents of `text`. Never throws; time and memory are linear in `maxBytes`. */
export function readYaml(
  text: string,
  reading: YamlReading,
): Result<YamlText, readonly PolicyProblem[]> {
  const { source, codes, maxBytes } = reading;
  const lines = new LineCounter();
  const positionOf = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (code: ReasonCode, offset: number, message: string): PolicyProblem => ({
    code,
    source,
    ...positionOf(offset),
    path: '',
    message,
  });
  if (Buffer.byteLength(text) > maxBytes) {
    return fail([problem(codes.tooLarge, 0, `the text is longer than ${maxBytes} bytes`)]);
  }
  const passed = passedBound(text, KEYS_AND_VALUES * reading.bounds.maxValues);
  if (passed !== undefined) {
    countLines(text, lines);
    return fail([problem(codes.tooLarge, passed.at, wordsFor(passed))]);
  }
  const parsed = parse(text, lines);
  if (parsed === undefined) return fail([problem(codes.syntax, 0, 'this is not YAML')]);
  const faults = parsed.flatMap(syntaxFaults);
  if (faults.length > 0) {
    const problems = faults.map(({ at, message }) => problem(codes.syntax, at, message));
    return fail(inOrder(problems).filter(isFirstOfPlace).slice(0, MAX_SYNTAX_PROBLEMS));
  }
  const trees = parsed.map((document) => treeOf(document, reading.bounds));
  const problems = trees
    .flatMap((tree) => tree.faults)
    .map((fault) =>
      problem(fault.tooLarge ? codes.tooLarge : codes.syntax, fault.at, fault.message),
    );
  if (problems.length > 0) return fail(untilTooLarge(inOrder(problems), codes.tooLarge));
  return ok({ documents: trees.map((tree) => tree.root), positionOf });
}

/** Documents of the parser; undefined for a failure of its own, which a text should not be able to cause. */
function parse(text: string, lineCounter: LineCounter): readonly Document.Parsed[] | undefined {
  try {
    return Array.from(
      parseAllDocuments(text, {
        lineCounter,
        prettyErrors: false,
        stringKeys: true,
        // Its own search for duplicate keys is quadratic; the tree looks for them.
        uniqueKeys: false,
        resolveKnownTags: false,
      }),
    );
  } catch {
    return undefined;
  }
}

interface SyntaxFault {
  readonly at: number;
  readonly message: string;
}

/** Errors, and warnings (unknown tags), which are errors here. */
function syntaxFaults(document: Document.Parsed): readonly SyntaxFault[] {
  const faults = [...document.errors, ...document.warnings]
    .slice(0, MAX_SYNTAX_PROBLEMS)
    .map((error) => ({ at: error.pos[0], message: sentence(error.message) }));
  if (document.directives.yaml.version === '1.2') return faults;
  return [...faults, { at: document.range[0], message: 'only YAML 1.2 is read' }];
}

/** What the parser says of the same place for the second time follows from the first. */
const isFirstOfPlace = (
  problem: PolicyProblem,
  index: number,
  all: readonly PolicyProblem[],
): boolean => problem.line !== all[index - 1]?.line || problem.column !== all[index - 1]?.column;

/** What is too large is not read any further, so what follows there (an alias without its anchor) may not be so. */
function untilTooLarge(
  problems: readonly PolicyProblem[],
  tooLarge: ReasonCode,
): readonly PolicyProblem[] {
  const last = problems.findIndex(({ code }) => code === tooLarge);
  return last < 0 ? problems : problems.slice(0, last + 1);
}

/** The parser's words. Their double quotes would be escaped here, and once more in a line of the log. */
const sentence = (message: string): string =>
  printable((message.charAt(0).toLowerCase() + message.slice(1)).replaceAll('"', "'"));

function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
}
