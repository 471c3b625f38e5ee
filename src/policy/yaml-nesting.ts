// SPDX-License-Identifier: Apache-2.0
// Refuses YAML that nests too deeply before the recursive parser sees it: 200,000 brackets end the whole process.

import { MAX_FLOW_DEPTH, MAX_INDENT } from '../vocabulary/limits.js';
import { CST, Lexer } from 'yaml';

const BLOCK_INDICATORS = new Set(['seq-item-ind', 'explicit-key-ind', 'map-value-ind']);
const OPENING = new Set(['flow-seq-start', 'flow-map-start']);
const CLOSING = new Set(['flow-seq-end', 'flow-map-end']);

/**
 * The offset at which brackets, indicators of one line or indentation pass their bounds; undefined when
 * they stay within. Linear, and safe for any text.
 */
export function tooDeepAt(text: string): number | undefined {
  let offset = 0;
  let line = { start: 0, indent: 0, indicators: 0 };
  let flowDepth = 0;
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer are not in the text; after the mark of a scalar comes its content, which is no syntax.
    if (token === CST.DOCUMENT || token === CST.FLOW_END) continue;
    if (token === CST.SCALAR) {
      isContent = true;
      continue;
    }
    const type = isContent ? 'scalar' : (CST.tokenType(token) ?? 'scalar');
    isContent = false;
    if (OPENING.has(type)) flowDepth += 1;
    if (CLOSING.has(type)) flowDepth = Math.max(0, flowDepth - 1);
    if (type === 'space' && offset === line.start) line.indent = token.length;
    if (flowDepth === 0 && BLOCK_INDICATORS.has(type)) line.indicators += 1;
    if (flowDepth > MAX_FLOW_DEPTH || line.indicators > MAX_FLOW_DEPTH) return offset;
    if (line.indicators > 0 && line.indent > MAX_INDENT) return offset;
    offset += token.length;
    const lastBreak = token.lastIndexOf('\n');
    if (lastBreak >= 0) {
      line = { start: offset - token.length + lastBreak + 1, indent: 0, indicators: 0 };
    }
  }
  return undefined;
}
