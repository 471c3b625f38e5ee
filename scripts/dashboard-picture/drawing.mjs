// Draws panels as Grafana would: a number each for the stats, lines or stacked areas for the rest.

const COLUMN = 46;
const ROW = 24;
const GAP = 8;
const AXIS = { left: 46, right: 10, top: 30, bottom: 20 };
const LEGEND_LINE = 15;
const LEGEND_MOST = 8;
const CHARACTER = 6.2;

const INK = '#1f2328';
const PALE = '#656d76';
const GRID = '#e4e7eb';
/** What has a meaning has its colour; the rest take them in turn. */
const KNOWN = {
  approve: '#2e7d32',
  published: '#2e7d32',
  deny: '#c62828',
  failed: '#c62828',
  wait: '#ef9a00',
  review: '#1565c0',
  leave: '#8d99a6',
  unjudged: '#7b1fa2',
};
const OTHERS = ['#1565c0', '#ef9a00', '#2e7d32', '#c62828', '#7b1fa2', '#00838f', '#8d6e63'];

/** An SVG of `panels`, each with its `series`, over `range` in seconds. */
export function drawDashboard(panels, range) {
  const width = 24 * COLUMN + GAP;
  const bottom = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  const height = bottom * ROW + GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="11" fill="${INK}">
<rect width="100%" height="100%" fill="#f6f8fa"/>
${panels.map((panel) => drawPanel(panel, range)).join('\n')}
</svg>
`;
}

function drawPanel(panel, range) {
  const { x, y, w, h } = panel.gridPos;
  const box = { width: w * COLUMN - GAP, height: h * ROW - GAP };
  const inside = panel.type === 'stat' ? drawStat(panel, box) : drawChart(panel, box, range);
  return `<g transform="translate(${x * COLUMN + GAP} ${y * ROW + GAP})">
<rect width="${box.width}" height="${box.height}" rx="4" fill="#fff" stroke="${GRID}"/>
<text x="10" y="18" font-weight="600">${escaped(panel.title)}</text>
${inside}
</g>`;
}

/** The last value of each series, coloured by the thresholds of the panel. */
function drawStat({ series, fieldConfig }, { width, height }) {
  const { unit, thresholds } = fieldConfig.defaults;
  const colourOf = (value) =>
    thresholds?.steps.findLast((step) => step.value === null || value >= step.value)?.color;
  return series
    .map(({ points }, index) => {
      const value = points.at(-1)?.[1] ?? Number.NaN;
      const x = (width * (index + 0.5)) / series.length;
      const colour = { green: '#2e7d32', red: '#c62828', orange: '#ef6c00' }[colourOf(value)];
      return `<text x="${round(x)}" y="${height - 20}" font-size="26" text-anchor="middle" fill="${colour ?? INK}">${shown(value, unit)}</text>`;
    })
    .join('\n');
}

function drawChart(panel, box, range) {
  const { unit, custom } = panel.fieldConfig.defaults;
  const isStacked = custom?.stacking !== undefined;
  const times = timesOf(range);
  const series = withColours(panel.series.filter(({ points }) => points.length > 0));
  const layers = isStacked ? stacked(series, times) : series.map((each) => ({ ...each, low: [] }));
  const legend = legendLines(series, box.width);
  const area = {
    left: AXIS.left,
    right: box.width - AXIS.right,
    top: AXIS.top,
    bottom: box.height - AXIS.bottom - legend.length * LEGEND_LINE,
  };
  const most = niceAbove(Math.max(0, ...layers.flatMap(({ points }) => points.map(([, v]) => v))));
  const at = ([seconds, value]) =>
    `${round(area.left + ((seconds - range.start) / (range.end - range.start)) * (area.right - area.left))},${round(area.bottom - (value / most) * (area.bottom - area.top))}`;

  return [
    ...axes(area, { most, unit, seconds: range.end - range.start }),
    ...layers.toReversed().map((layer) => drawLayer(layer, at, isStacked)),
    ...legend.flatMap((line, index) =>
      line.map(({ name, colour, x }) =>
        drawLegend({ name, colour, x, y: box.height - (legend.length - index) * LEGEND_LINE }),
      ),
    ),
  ].join('\n');
}

const drawLegend = ({ name, colour, x, y }) =>
  `<rect x="${round(x)}" y="${round(y + 1)}" width="10" height="3" fill="${colour}"/><text x="${round(x + 14)}" y="${round(y + 6)}" font-size="10" fill="${PALE}">${escaped(name)}</text>`;

function drawLayer({ points, low, colour, name }, at, isStacked) {
  const title = `<title>${escaped(name)}</title>`;
  if (!isStacked) {
    return piecesOf(points)
      .map(
        (piece) =>
          `<polyline points="${piece.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.6">${title}</polyline>`,
      )
      .join('\n');
  }
  const outline = [...points, ...low.toReversed()].map(at).join(' ');
  return `<polygon points="${outline}" fill="${colour}" fill-opacity="0.45" stroke="${colour}" stroke-width="0.8">${title}</polygon>`;
}

/** A series that stops and begins again is no straight line between. */
function piecesOf(points) {
  const pieces = [];
  for (const point of points) {
    const last = pieces.at(-1)?.at(-1);
    if (last === undefined || point[0] - last[0] > 5) pieces.push([point]);
    else pieces.at(-1).push(point);
  }
  return pieces;
}

/** Each series on top of those before it. */
function stacked(series, times) {
  let low = times.map((seconds) => [seconds, 0]);
  return series.map((each) => {
    const values = new Map(each.points.map(([seconds, value]) => [Math.round(seconds), value]));
    const points = low.map(([seconds, base]) => [
      seconds,
      base + (values.get(Math.round(seconds)) ?? 0),
    ]);
    const layer = { ...each, points, low };
    low = points;
    return layer;
  });
}

const timesOf = ({ start, end, step }) =>
  Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);

function withColours(series) {
  let next = 0;
  return series.map((each) => {
    const known = Object.entries(KNOWN).find(([word]) => each.name.split(' ').includes(word));
    const colour = known?.[1] ?? OTHERS[next++ % OTHERS.length];
    return { ...each, name: each.name === '' ? 'none' : each.name, colour };
  });
}

function axes(area, { most, unit, seconds }) {
  const rows = [0, 0.5, 1].map((part) => {
    const y = round(area.bottom - part * (area.bottom - area.top));
    return `<line x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}" stroke="${GRID}"/><text x="${area.left - 6}" y="${round(y + 4)}" text-anchor="end" font-size="10" fill="${PALE}">${shown(part * most, unit)}</text>`;
  });
  const minutes = Array.from({ length: Math.floor(seconds / 60) + 1 }, (_, minute) => {
    const x = round(area.left + ((minute * 60) / seconds) * (area.right - area.left));
    return `<text x="${x}" y="${round(area.bottom + 13)}" text-anchor="middle" font-size="10" fill="${PALE}">${minute} min</text>`;
  });
  return [...rows, ...minutes];
}

/** Names of series in as many lines as they need, each with its place. */
function legendLines(series, width) {
  const lines = [[]];
  let x = 10;
  const names = series.slice(0, LEGEND_MOST);
  for (const { name, colour } of names) {
    const room = 26 + name.length * CHARACTER;
    if (x + room > width && x > 10) {
      lines.push([]);
      x = 10;
    }
    lines.at(-1).push({ name, colour, x });
    x += room;
  }
  return lines;
}

function niceAbove(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((each) => each * power).find((each) => each >= value);
}

function shown(value, unit) {
  if (Number.isNaN(value)) return '–';
  if (unit === 's' && value >= 2 * 86_400) return `${Math.floor(value / 86_400)} days`;
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 1 : 0;
  return `${value.toFixed(digits)}${unit === 's' ? ' s' : ''}`;
}

const round = (value) => Math.round(value * 10) / 10;

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
