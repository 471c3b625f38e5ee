// SPDX-License-Identifier: Apache-2.0
// Text for a terminal: colours where they are wanted, and tables that fit its width.

import { styleText } from 'node:util';

const INDENT = '   ';
const GAP = '  ';
const NARROWEST = 80;
const WIDEST = 120;

const hasColours = process.stdout.isTTY && !process.env['NO_COLOR'];
const room = Math.min(Math.max(process.stdout.columns ?? 110, NARROWEST), WIDEST) - INDENT.length;

/**
 * @typedef {Parameters<typeof styleText>[0]} Style
 * @typedef {string | { text: string, style: Style }} Paragraph
 * @typedef {{ heading: string, width?: number, share?: number }} Column fixed, or a share of what is left
 * @typedef {{ mark: string, text: string, style?: Style }} Note goes across all columns
 * @typedef {{ title: string, cells: Paragraph[][], notes: Note[] }} Row one cell per column
 */

/** @param {string} [line] */
export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {Style} style
 * @param {string} text
 */
export function painted(style, text) {
  return hasColours ? styleText(style, text) : text;
}

/**
 * Prints each row as its title, one line of cells, wrapped and aligned, and its notes.
 * @param {Column[]} columns
 * @param {Row[]} rows
 */
export function sayTable(columns, rows) {
  const widths = widthsOf(columns);
  const headings = columns.map(({ heading }, at) => heading.padEnd(widths[at] ?? 0));
  say(painted('dim', INDENT + headings.join(GAP).trimEnd()));
  rows.forEach(({ title, cells, notes }, at) => {
    const [first = '', ...others] = wrapped(title, room);
    say(painted('bold', `${String(at + 1).padStart(2)} ${first}`));
    for (const line of others) say(painted('bold', INDENT + line));
    const blocks = cells.map((cell, column) => cellLines(cell, widths[column] ?? 0));
    const height = Math.max(...blocks.map(({ length }) => length));
    for (let row = 0; row < height; row += 1) {
      const parts = blocks.map((block, column) => block[row] ?? ' '.repeat(widths[column] ?? 0));
      say((INDENT + parts.join(GAP)).trimEnd());
    }
    for (const { mark, text, style } of notes) {
      wrapped(text, room - mark.length - 1).forEach((line, row) => {
        const margin = row === 0 ? mark : ' '.repeat(mark.length);
        const note = `${margin} ${line}`;
        say(INDENT + (style === undefined ? note : painted(style, note)));
      });
    }
    say();
  });
}

/** @param {Column[]} columns */
function widthsOf(columns) {
  const fixed = columns.reduce((sum, { width = 0 }) => sum + width + GAP.length, -GAP.length);
  const shares = columns.reduce((sum, { share = 0 }) => sum + share, 0);
  return columns.map(
    ({ width, share = 0 }) => width ?? Math.floor(((room - fixed) * share) / shares),
  );
}

/**
 * Lines of exactly that width; painted after padding, since colours have no width.
 * @param {Paragraph[]} paragraphs
 * @param {number} width
 */
function cellLines(paragraphs, width) {
  return paragraphs.flatMap((paragraph) => {
    if (typeof paragraph === 'string') return padded(paragraph, width);
    return padded(paragraph.text, width).map((line) => painted(paragraph.style, line));
  });
}

/**
 * @param {string} text
 * @param {number} width
 */
function padded(text, width) {
  return wrapped(text, width).map((line) => line.padEnd(width));
}

/**
 * Breaks between words, and behind a separator inside a word that is longer than a line.
 * @param {string} text
 * @param {number} width
 */
function wrapped(text, width) {
  const lines = /** @type {string[]} */ ([]);
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const fits = last !== undefined && last.length + 1 + word.length <= width;
    let rest = fits ? `${lines.pop()} ${word}` : word;
    while (rest.length > width) {
      const end = /^.*[/:.,=-]/.exec(rest.slice(0, width))?.[0].length ?? width;
      lines.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    lines.push(rest);
  }
  return lines;
}
