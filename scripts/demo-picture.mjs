// Draws docs/demo.svg from what the demo prints: node scripts/demo-picture.mjs
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** What is shown: from the table's title to the end of this request; the rest is the reader's to see. */
const LAST_SHOWN = ' 9 ';
const FONT_SIZE = 13;
const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 7.83;
const MARGIN = 16;

const COLOURS = [
  [/\bissued\b/, '#7ee787'],
  [/\b(denied|refused|failed)\b/, '#ff7b72'],
  [/\b(left alone|waits|awaits)\b/, '#e3b341'],
];

const { status, stdout } = spawnSync(process.execPath, ['demo/main.mjs'], {
  cwd: root,
  encoding: 'utf8',
});
if (status !== 0) throw new Error('the demo did not come out as expected');
const printed = stdout.split('\n');
const begin = printed.indexOf('What was asked, and what came of it');
const last = printed.findIndex((line) => line.startsWith(LAST_SHOWN));
const shown = printed.slice(begin, printed.indexOf('', last));

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function drawn(line) {
  if (/^\s*→/.test(line)) return `<tspan fill="#8b949e">${escaped(line)}</tspan>`;
  if (/^\s*\d+ [A-Za-z]/.test(line)) return `<tspan font-weight="bold">${escaped(line)}</tspan>`;
  const [pattern, colour] = COLOURS.find(([each]) => each.test(line)) ?? [];
  if (pattern === undefined) return escaped(line);
  return escaped(line).replace(pattern, (word) => `<tspan fill="${colour}">${word}</tspan>`);
}

const width = Math.ceil(
  Math.max(...shown.map((line) => line.length)) * CHARACTER_WIDTH + 2 * MARGIN,
);
const height = shown.length * LINE_HEIGHT + 2 * MARGIN;
const texts = shown.map(
  (line, index) =>
    `<text x="${MARGIN}" y="${MARGIN + (index + 1) * LINE_HEIGHT - 5}" xml:space="preserve">${drawn(line)}</text>`,
);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="#e6edf3">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${texts.join('\n')}
</svg>
`;
writeFileSync(join(root, 'docs/demo.svg'), svg);
