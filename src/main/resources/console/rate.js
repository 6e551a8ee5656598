// How much was flagged, beside what trusted signals would give.
import { api } from './api.js';
import { outside, rateChart } from './charts.js';
import { alarm, h } from './dom.js';
import { count, digest, percent } from './format.js';

const SPANS = [['1', 'hour'], ['6', '6 hours'], ['24', 'day'], ['168', 'week'], ['720', '30 days']];

export class Rate {
  constructor() {
    this.hours = '24';
    this.place = h('div');
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'rate-title' },
      h('div', { class: 'head' }, h('h1', { id: 'rate-title', tabindex: '-1' }, 'Flag rate'),
        h('label', {}, 'Last', h('select', { onchange: (event) => { this.hours = event.target.value; this.refresh(); } },
          SPANS.map(([hours, text]) => h('option', { value: hours, selected: hours === this.hours }, text))))),
      h('p', { class: 'note' }, 'The band holds the share in 99 of 100 spans of time if all signals are like the trusted ones; the dashed line is what is expected of them. '
        + 'Outside of the band the traffic, or the model, is not what the detector was calibrated on.'),
      this.place);
  }

  async refresh() {
    try {
      const until = new Date();
      const since = new Date(until.getTime() - this.hours * 3600000);
      const statistics = await api.statistics({ since: since.toISOString(), until: until.toISOString() });
      const text = JSON.stringify(statistics.series);
      if (text !== this.before || this.drawnHours !== this.hours) {
        this.before = text;
        this.drawnHours = this.hours;
        this.place.replaceChildren(...this.series(statistics));
      }
    } catch (refusal) {
      this.place.replaceChildren(alarm(refusal));
    }
  }

  series(statistics) {
    if (statistics.series.length === 0) {
      return [h('p', { class: 'empty' }, 'No signal was judged in this time.')];
    }
    return statistics.series.map((series) => {
      const scored = series.buckets.reduce((sum, bucket) => sum + bucket.scored, 0);
      const flagged = series.buckets.reduce((sum, bucket) => sum + bucket.flagged, 0);
      const out = series.buckets.filter(outside).length;
      const summary = `${count(flagged)} of ${count(scored)} signals were flagged, ${percent(scored === 0 ? null : flagged / scored, 2)}; `
        + `expected of trusted ones ${percent(series.expected_rate, 2)}. ${out} of ${series.buckets.length} spans of time lie outside of the band.`;
      return h('section', { class: 'series' },
        h('h2', {}, series.detector, ' ', h('code', { title: series.detector_digest }, digest(series.detector_digest)),
          h('span', { class: 'unit' }, `policy ${series.policy}, version ${series.policy_version}`)),
        h('p', {}, summary),
        rateChart(series, statistics.since, statistics.until, statistics.bucket_ms, summary));
    });
  }

  close() {}
}
