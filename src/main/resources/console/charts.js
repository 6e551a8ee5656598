// Charts as SVG, drawn to the width that there is, each with its numbers as a table.
import { h, svg } from './dom.js';
import { count, moment, number, percent } from './format.js';

/** Round numbers within a range: about `wanted` of them. */
export function ticks(low, high, wanted) {
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

const linear = (low, high, from, to) => (value) => from + (value - low) / (high - low || 1) * (to - from);

/** A figure that is drawn anew when its width changes. */
function figure(title, unit, draw, summary, heads, rows) {
  const place = h('div', { class: 'plot' });
  let width = 0;
  const observer = new ResizeObserver(() => {
    const now = Math.floor(place.clientWidth);
    if (now > 0 && now !== width) {
      width = now;
      const [height, parts] = draw(width);
      place.replaceChildren(svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}. ${summary}` }, parts));
    }
  });
  observer.observe(place);
  return h('figure', {},
    h('figcaption', {}, title, unit ? h('span', { class: 'unit' }, unit) : null),
    place,
    h('details', {}, h('summary', {}, 'As a table'), h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title + ', as a table' },
      h('table', {},
        h('thead', {}, h('tr', {}, heads.map((head, i) => h('th', { scope: 'col', class: i > 0 ? 'number' : null }, head)))),
        h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell, i) => i === 0 ? h('th', { scope: 'row' }, cell) : h('td', { class: 'number' }, cell)))))))));
}

const text = (x, y, anchor, content, kind) => svg('text', { x, y, 'text-anchor': anchor, class: kind }, content);
const line = (x1, y1, x2, y2, kind) => svg('line', { x1, y1, x2, y2, class: kind });

/** One bar per layer. `rows`: {name, value, raw}; a unit of standard deviations or raw scores. */
export function layersChart(rows, unit, summary) {
  const longest = Math.max(...rows.map((row) => row.name.length));
  const draw = (width) => {
    const left = Math.min(width * 0.42, longest * 6.4 + 12);
    const right = 44;
    const [low, high] = [Math.min(0, ...rows.map((row) => row.value)), Math.max(1, ...rows.map((row) => row.value))];
    const x = linear(low, high, left, width - right);
    const step = rows.length > 24 ? 14 : 22;
    const bottom = 6 + rows.length * step;
    const marks = ticks(low, high, Math.max(2, Math.floor((width - left - right) / 70)));
    const parts = marks.map((mark) => [line(x(mark), 4, x(mark), bottom, 'grid'), text(x(mark), bottom + 15, 'middle', number(mark))]);
    rows.forEach((row, i) => {
      const y = 6 + i * step;
      const [from, to] = [x(Math.min(0, row.value)), x(Math.max(0, row.value))];
      parts.push(
        text(left - 8, y + step / 2 + 3, 'end', row.name, 'label'),
        svg('rect', { x: from, y: y + 3, width: Math.max(1, to - from), height: step - 7, class: 'bar' }),
        text(to + 5, y + step / 2 + 3, 'start', number(row.value), 'value'));
    });
    parts.push(line(x(0), 4, x(0), bottom, 'axis'));
    return [bottom + 24, parts];
  };
  return figure('Score of each layer', unit, draw, summary, ['layer', unit, 'raw score'],
    rows.map((row) => [row.name, number(row.value), number(row.raw)]));
}

/** Where a score lies among those of trusted rows. `marks`: {value, name, kind}. */
export function placeChart(calibration, marks, summary) {
  const bins = calibration.bins;
  const least = bins[0].low;
  const most = bins.at(-1).high;
  const score = marks.find((mark) => mark.kind === 'score');
  const within = Math.max(most, ...marks.filter((mark) => mark.kind !== 'score').map((mark) => mark.value));
  // A score far outside would press the histogram flat: the axis ends and the mark says so.
  const far = score && score.value > within + 0.6 * (within - least);
  const high = far ? within + 0.3 * (within - least) : Math.max(within, score?.value ?? within) + 0.04 * (within - least);
  const low = Math.min(least, score?.value ?? least) - 0.02 * (most - least || 1);
  const draw = (width) => {
    const [left, right, top, bottom] = [40, 12, 34, 150];
    const x = linear(low, high, left, width - right);
    const tallest = Math.max(...bins.map((bin) => bin.count));
    const y = linear(0, tallest, bottom, top + 14);
    const parts = [];
    ticks(0, tallest, 4).forEach((mark) => parts.push(line(left, y(mark), width - right, y(mark), 'grid'), text(left - 6, y(mark) + 4, 'end', count(mark))));
    ticks(low, high, Math.max(3, Math.floor(width / 90))).forEach((mark) => parts.push(text(x(mark), bottom + 16, 'middle', number(mark))));
    bins.forEach((bin) => parts.push(svg('rect', {
      x: x(bin.low) + 0.5, width: Math.max(0.5, x(bin.high) - x(bin.low) - 1),
      y: y(bin.count), height: bottom - y(bin.count), class: 'trusted' })));
    parts.push(line(left, bottom, width - right, bottom, 'axis'));
    marks.filter((mark) => mark.kind !== 'score').forEach((mark, i) => {
      parts.push(line(x(mark.value), top - 4 + 12 * (i % 2), x(mark.value), bottom, 'threshold'));
      parts.push(text(x(mark.value) - 3, top - 8 + 14 * (i % 2), 'end', mark.name, 'value'));
    });
    if (score) {
      const at = far ? width - right - 8 : x(score.value);
      parts.push(line(at, top - 12, at, bottom, 'mark'));
      if (far) {
        parts.push(svg('path', { d: `M${at - 2} ${bottom - 5}l7 5l-7 5z`, class: 'arrow' }));
      }
      const anchor = at > width * 0.6 ? 'end' : 'start';
      parts.push(text(at + (anchor === 'end' ? 6 : -4), 13, anchor, `this signal ${number(score.value)}${far ? ' →' : ''}`, 'strong'));
    }
    parts.push(text(width - right, bottom + 32, 'end', 'score (higher is more anomalous)'));
    return [bottom + 40, parts];
  };
  return figure('Among held-out trusted scores', `${count(calibration.n)} rows`, draw, summary, ['scores from – to', 'rows'],
    bins.map((bin) => [`${number(bin.low)} – ${number(bin.high)}`, count(bin.count)]));
}

/** The share of flags in time, with the band of trusted signals. */
export function rateChart(series, since, until, bucketMillis, summary) {
  const buckets = series.buckets.filter((bucket) => bucket.rate !== undefined);
  const from = new Date(since).getTime();
  const to = new Date(until).getTime();
  const start = (bucket) => Math.max(from, new Date(bucket.at).getTime());
  const end = (bucket) => Math.min(to, new Date(bucket.at).getTime() + bucketMillis);
  const top = Math.max(1.5 * (series.alpha_review ?? 0.01), ...buckets.map((bucket) => Math.max(bucket.rate, Math.min(bucket.high ?? 0, 4 * bucket.rate + 0.05))));
  const highest = Math.min(1, top * 1.08);
  const draw = (width) => {
    const [left, right, above, bottom] = [52, 10, 12, width < 480 ? 190 : 240];
    const x = linear(from, to, left, width - right);
    const y = linear(0, highest, bottom, above);
    const parts = [];
    ticks(0, highest, 5).forEach((mark) => parts.push(line(left, y(mark), width - right, y(mark), 'grid'),
      text(left - 6, y(mark) + 4, 'end', percent(mark, highest < 0.05 ? 1 : 0))));
    times(from, to, Math.max(2, Math.floor((width - left) / 110))).forEach(([at, label]) => parts.push(
      line(x(at), bottom, x(at), bottom + 4, 'axis'), text(x(at), bottom + 18, 'middle', label)));
    buckets.filter((bucket) => bucket.high !== undefined).forEach((bucket) => parts.push(svg('rect', {
      x: x(start(bucket)), width: Math.max(1, x(end(bucket)) - x(start(bucket))),
      y: y(Math.min(highest, bucket.high)), height: Math.max(1, y(bucket.low) - y(Math.min(highest, bucket.high))), class: 'band' })));
    if (series.expected_rate !== undefined) {
      parts.push(line(left, y(series.expected_rate), width - right, y(series.expected_rate), 'threshold'));
    }
    const middle = (bucket) => x((start(bucket) + end(bucket)) / 2);
    if (buckets.length > 1) {
      parts.push(svg('path', { class: 'rate', d: buckets.map((bucket, i) =>
        `${i > 0 && end(buckets[i - 1]) >= start(bucket) ? 'L' : 'M'}${middle(bucket)} ${y(bucket.rate)}`).join('') }));
    }
    buckets.forEach((bucket) => parts.push(svg('circle', { cx: middle(bucket), cy: y(bucket.rate), r: outside(bucket) ? 4.5 : 3,
      class: outside(bucket) ? 'point out' : 'point' })));
    parts.push(line(left, bottom, width - right, bottom, 'axis'));
    return [bottom + 28, parts];
  };
  return figure('Share of signals that were flagged', 'flagged ÷ scored', draw, summary,
    ['from', 'scored', 'flagged', 'share', 'expected band', 'unscored'],
    series.buckets.map((bucket) => [moment(bucket.at), count(bucket.scored), count(bucket.flagged), percent(bucket.rate, 2),
      bucket.high === undefined ? '–' : `${percent(bucket.low, 2)} – ${percent(bucket.high, 2)}`, count(bucket.unscored)]));
}

/** Whether a bucket's share is not what trusted signals give. */
export function outside(bucket) {
  return bucket.high !== undefined && (bucket.rate > bucket.high || bucket.rate < bucket.low);
}

/** Round moments of local time. */
function times(from, to, wanted) {
  const units = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10080].map((minutes) => minutes * 60000);
  const step = units.find((unit) => (to - from) / unit <= wanted) ?? units.at(-1);
  const shift = new Date(from).getTimezoneOffset() * 60000;
  const found = [];
  for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) {
    const day = step >= 86400000;
    found.push([at, new Date(at).toLocaleString('en-GB', day ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' })]);
  }
  return found;
}

/** A share with its interval, for a table's cell. */
export function interval(value, low, high, name) {
  const x = linear(0, 1, 3, 117);
  return svg('svg', { width: 120, height: 14, viewBox: '0 0 120 14', role: 'img', 'aria-label': name, class: 'interval' },
    line(3, 7, 117, 7, 'grid'), line(x(low), 7, x(high), 7, 'mark'), svg('circle', { cx: x(value), cy: 7, r: 3.5, class: 'point' }));
}
