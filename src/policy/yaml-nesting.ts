// SPDX-License-Identifier: Apache-2.0
// Refuses YAML that nests too deeply or has too many values before the parser sees it: it is recursive, and for 500 KiB
// of commas or document marks it needs more memory than a controller has.

import { MAX_FLOW_DEPTH, MAX_INDENT } from '../vocabulary/limits.js';
import { CST, Lexer } from 'yaml';

const BLOCK_INDICATORS = new Set(['seq-item-ind', 'explicit-key-ind', 'map-value-ind']);
const OPENING = new Set(['flow-seq-start', 'flow-map-start']);
const CLOSING = new Set(['flow-seq-end', 'flow-map-end']);

/** What becomes a node of the parser; keys and values are scalars. */
const NODES = new Set(['scalar', 'alias', 'flow-seq-start', 'flow-map-start', 'doc-start']);

/** A bound that a text passes, and where. */
export interface PassedBound {
  readonly kind: 'too deep' | 'too many';
  readonly at: number;
}

/**
 * Where brackets, indicators of one line or indentation pass their bounds, or where there are more than `maxNodes`
 * keys, values and documents; undefined when all stay within. Linear, and safe for any text.
 */
export function passedBound(text: string, maxNodes: number): PassedBound | undefined {
  let nodes = 0;
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
    if (NODES.has(type)) nodes += 1;
    if (nodes > maxNodes) return { kind: 'too many', at: offset };
    if (OPENING.has(type)) flowDepth += 1;
    if (CLOSING.has(type)) flowDepth = Math.max(0, flowDepth - 1);
    if (type === 'space' && offset === line.start) line.indent = token.length;
    if (flowDepth === 0 && BLOCK_INDICATORS.has(type)) line.indicators += 1;
    const isDeep = flowDepth > MAX_FLOW_DEPTH || line.indicators > MAX_FLOW_DEPTH;
    if (isDeep || (line.indicators > 0 && line.indent > MAX_INDENT)) {
      return { kind: 'too deep', at: offset };
    }
    offset += token.length;
    const lastBreak = token.lastIndexOf('\n');
    if (lastBreak >= 0) {
      line = { start: offset - token.length + lastBreak + 1, indent: 0, indicators: 0 };
    }
  }
  return undefined;
}
