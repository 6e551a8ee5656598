// Which detectors there are, and what people made of their flags.
import { api } from './api.js';
import { interval } from './charts.js';
import { alarm, h } from './dom.js';
import { count, digest, number, percent } from './format.js';

export class Detectors {
  constructor() {
    this.place = h('div');
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'detectors-title' },
      h('div', { class: 'head' }, h('h1', { id: 'detectors-title', tabindex: '-1' }, 'Detectors')),
      h('p', { class: 'note' }, 'The overturn rate is the share of a version’s reviewed flags that people dismissed, with its interval at 95 %.'),
      this.place);
  }

  async refresh() {
    try {
      const [present, past] = await Promise.all([api.detectors(), api.outcomes()]);
      const rates = new Map(past.detectors.map((rate) => [rate.detector_digest, rate]));
      const rows = present.detectors.map((detector) => {
        const rate = rates.get(detector.digest);
        rates.delete(detector.digest);
        return this.row(detector, rate);
      });
      rates.forEach((rate) => rows.push(this.row({ id: rate.detector, digest: rate.detector_digest }, rate)));
      const text = JSON.stringify([present, past]);
      if (text !== this.before) {
        this.before = text;
        this.place.replaceChildren(h('div', { class: 'cards' }, rows));
      }
    } catch (refusal) {
      this.place.replaceChildren(alarm(refusal));
    }
  }

  row(detector, rate) {
    const fact = (name, ...value) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
    const loaded = detector.rule !== undefined;
    const state = detector.active ? 'active' : detector.shadow ? 'shadow' : loaded ? 'stored' : 'not loaded';
    return h('article', { class: 'card' },
      h('h2', {}, detector.id, ' ', h('span', { class: `tag ${state.replace(' ', '-')}` }, state)),
      h('p', { class: 'note' }, h('code', { title: detector.digest }, digest(detector.digest)),
        loaded ? ` ${detector.feature} / ${detector.rule}, ${detector.layers.length} layers, ${detector.aggregation}` : ' an earlier version'),
      h('dl', { class: 'verdict' },
        loaded ? fact('fitted on', `${count(detector.fit.n_fit)} rows`) : null,
        loaded ? fact('calibrated on', `${count(detector.calibration.n)} rows`) : null,
        loaded ? fact('smallest p-value', number(detector.calibration.smallest_p_value)) : null,
        rate ? fact('reviewed', `${count(rate.confirmed)} confirmed, ${count(rate.dismissed)} dismissed`) : fact('reviewed', 'none yet'),
        rate ? fact('overturn rate', percent(rate.overturn_rate), ' ',
          interval(rate.overturn_rate, rate.confidence_interval.low, rate.confidence_interval.high,
            `from ${percent(rate.confidence_interval.low)} to ${percent(rate.confidence_interval.high)}`),
          h('span', { class: 'unit' }, `${percent(rate.confidence_interval.low, 0)} – ${percent(rate.confidence_interval.high, 0)}`)) : null));
  }

  close() {}
}
