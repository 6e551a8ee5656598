// One flagged signal: what it says, why it was flagged, and what a person makes of it.
import { api } from './api.js';
import { layersChart, placeChart } from './charts.js';
import { alarm, announce, h, tell } from './dom.js';
import { age, clock, count, digest, layer, MISSING, moment, number, pValue } from './format.js';
import { reviewer } from './session.js';

const calibrations = new Map();

/** Of one version of a detector, asked for once. */
function calibration(version) {
  if (!calibrations.has(version)) {
    calibrations.set(version, api.calibration(version).catch((refusal) => {
      calibrations.delete(version);
      throw refusal;
    }));
  }
  return calibrations.get(version);
}

export class Item {
  constructor(id, heard) {
    this.id = id;
    this.heard = heard;
    this.review = null;
    this.title = h('h2', { id: 'item-title', tabindex: '-1' }, 'Signal');
    // Built once: what is told every second must not take the focus from the button.
    this.told = h('span');
    this.left = h('strong');
    this.more = h('button', { type: 'button', class: 'plain', hidden: true,
      onclick: () => this.act(() => api.claim(this.id, reviewer()), 'You have more time.') }, 'More time');
    this.state = h('p', { class: 'state' }, this.told, this.left, this.more);
    this.body = h('div', {}, h('p', { class: 'note' }, 'Loading…'));
    this.errors = h('div');
    this.note = h('textarea', { id: 'note', rows: 2, maxlength: 4000 });
    this.verbs = h('div', { class: 'verbs' });
    this.decision = h('section', { class: 'decision', 'aria-label': 'Decision' });
    this.element = h('article', { 'aria-labelledby': 'item-title' },
      h('p', { class: 'back' }, h('a', { href: '#/queue' }, '← Queue')),
      h('div', { class: 'head' }, this.title, this.state), this.decision, this.errors, this.body);
  }

  async load() {
    try {
      const [review, verdict] = await Promise.all([api.review(this.id), api.verdict(this.id)]);
      this.verdict = verdict;
      this.title.textContent = verdict.id;
      this.body.replaceChildren(this.texts(), this.facts(), this.charts(), this.neighbours());
      this.set(review);
      this.title.focus({ preventScroll: false });
    } catch (refusal) {
      this.body.replaceChildren(alarm(refusal));
    }
  }

  /** Looks whether somebody else did something. */
  async refresh() {
    if (this.review === null) {
      return;
    }
    try {
      this.set(await api.review(this.id));
    } catch (refusal) {
      this.errors.replaceChildren(alarm(refusal));
    }
  }

  close() {
    clearInterval(this.timer);
  }

  mine() {
    return this.review?.status === 'claimed' && this.review.reviewer === reviewer();
  }

  decided() {
    return this.review?.status === 'confirmed' || this.review?.status === 'dismissed';
  }

  set(review) {
    const before = this.review;
    this.review = review;
    if (before !== null && before.status === review.status && before.reviewer === review.reviewer) {
      this.tick();
      return;
    }
    clearInterval(this.timer);
    this.decision.replaceChildren(...(this.decided() ? this.outcome() : this.deciding()));
    if (this.mine()) {
      this.warned = false;
      this.timer = setInterval(() => this.tick(), 1000);
    }
    this.tick();
  }

  tick() {
    const review = this.review;
    const mine = this.mine();
    this.told.textContent = `flagged ${age(review.opened_at)} ago · ${mine ? '' : review.status === 'claimed' ? `claimed by ${review.reviewer}` : review.status}`;
    this.more.hidden = !mine;
    const left = mine ? new Date(review.claimed_until).getTime() - Date.now() : 0;
    this.left.textContent = mine ? `yours for ${clock(left)}` : '';
    if (!mine) {
      return;
    }
    if (left < 60000 && !this.warned) {
      this.warned = true;
      announce('Your claim ends in less than a minute.');
    }
    if (left <= 0) {
      clearInterval(this.timer);
      this.refresh();
    }
  }

  deciding() {
    const other = this.review.status === 'claimed' && !this.mine();
    const verb = (kind, key, text, does) => h('button', { type: 'button', class: kind, disabled: other && key !== 's', 'aria-keyshortcuts': key, onclick: does }, text, ' ', h('kbd', {}, key));
    this.verbs.replaceChildren(
      verb('main', 'c', 'Confirm', () => this.decide('confirmed')),
      verb('', 'd', 'Dismiss', () => this.decide('dismissed')),
      verb('plain', 's', 'Skip', () => this.skip()));
    return [
      h('p', { class: 'ask' }, other ? `${this.review.reviewer} looks at it until ${moment(this.review.claimed_until)}.` : 'Is this signal anomalous? Confirm if it is, dismiss if not.'),
      h('label', { for: 'note' }, 'Note'), this.note, this.verbs];
  }

  outcome() {
    const review = this.review;
    return [
      h('p', { class: 'outcome' }, h('strong', {}, review.status === 'confirmed' ? 'Confirmed: anomalous' : 'Dismissed: not anomalous'),
        ` by ${review.reviewer}, ${moment(review.decided_at)}`),
      review.note ? h('blockquote', {}, review.note) : h('p', { class: 'note' }, 'No note was written.')];
  }

  async decide(outcome) {
    if (this.review === null || this.decided()) {
      return;
    }
    if (this.review.status === 'claimed' && !this.mine()) {
      tell(`${this.review.reviewer} looks at it.`);
      return;
    }
    const note = this.note.value.trim();
    await this.act(async () => {
      if (!this.mine()) {
        await api.claim(this.id, reviewer());
      }
      return api.decide(this.id, { reviewer: reviewer(), outcome, ...(note === '' ? {} : { note }) });
    }, outcome === 'confirmed' ? 'Confirmed.' : 'Dismissed.');
    if (this.decided()) {
      this.title.focus();
    }
  }

  async skip() {
    if (this.mine()) {
      await this.act(() => api.release(this.id, reviewer()), 'Given back.');
    }
    this.heard.skipped();
  }

  /** Does a step and shows what became of it; one at a time. */
  async act(step, done) {
    if (this.busy) {
      return;
    }
    this.busy = true;
    try {
      const review = await step();
      this.review = null;
      this.errors.replaceChildren();
      this.set(review);
      tell(done);
      this.heard.changed();
    } catch (refusal) {
      this.errors.replaceChildren(alarm(refusal));
      await this.refresh();
    } finally {
      this.busy = false;
    }
  }

  texts() {
    const { signal, redacted_at: redacted } = this.verdict;
    if (!signal) {
      return h('section', { class: 'texts' }, h('h3', {}, 'Text'), h('p', { class: 'note' }, redacted
        ? `Prompt and label were removed on request, ${moment(redacted)}.`
        : 'Prompt and label are not kept: quirkwatch.verdict-log.prompts says of which signals they are.'));
    }
    const choices = signal.choices.length > 0 ? signal.choices : [signal.label];
    return h('section', { class: 'texts' },
      h('h3', {}, 'Prompt'), h('pre', { tabindex: '0', role: 'region', 'aria-label': 'Prompt' }, signal.prompt),
      h('h3', {}, signal.choices.length > 0 ? 'Label among the choices' : 'Label'),
      h('ul', { class: 'choices' }, choices.map((choice) => choice === signal.label
        ? h('li', { class: 'label' }, choice, h('span', { class: 'unseen' }, ' (the label)')) : h('li', {}, choice))));
  }

  facts() {
    const { answer, ...verdict } = this.verdict;
    const threshold = answer?.threshold;
    const fact = (name, ...value) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
    const scored = verdict.status === 'scored';
    return h('section', {}, h('h3', {}, 'Verdict'), h('dl', { class: 'verdict' },
      fact('answered', h('span', { class: `disposition ${verdict.disposition}` }, verdict.disposition),
        verdict.ruling === verdict.disposition ? null : ` (the policy says ${verdict.ruling})`),
      scored ? fact('p-value', pValue(verdict.p_value)) : fact('not scored', verdict.reason),
      scored ? fact('score', number(verdict.score)) : null,
      threshold ? fact('review above', number(threshold.review)) : null,
      threshold ? fact('discard above', number(threshold.discard)) : null,
      answer?.label?.log_prob === undefined ? null : fact('label’s log-probability', number(answer.label.log_prob), ' nats'),
      answer?.label?.log_odds === undefined ? null : fact('label’s log-odds', number(answer.label.log_odds), ' nats'),
      answer?.tokens === undefined ? null : fact('tokens', count(answer.tokens)),
      fact('detector', verdict.detector, ' ', h('code', { title: verdict.detector_digest }, digest(verdict.detector_digest))),
      fact('policy', `${verdict.policy}, version ${verdict.policy_version}`),
      fact('came by', verdict.source, ', ', moment(verdict.at))));
  }

  charts() {
    const place = h('div', { class: 'charts' });
    const { layers, status } = this.verdict;
    if (status === 'scored' && layers) {
      calibration(this.verdict.detector_digest)
        .then((known) => this.drawn(known, layers))
        .catch((refusal) => [this.layers(layers, null), h('p', { class: 'note' }, refusal.status === 404
          ? 'The version of the detector that judged this is not loaded: its trusted scores are not at hand.' : refusal.message)])
        .then((figures) => place.replaceChildren(...figures));
    }
    return place;
  }

  drawn(known, layers) {
    const { answer, score } = this.verdict;
    const marks = [];
    if (answer?.threshold) {
      marks.push({ value: answer.threshold.review, name: 'review' }, { value: answer.threshold.discard, name: 'discard' });
    }
    marks.push({ value: score, kind: 'score' });
    return [
      placeChart(known, marks, `The score is ${number(score)}; trusted scores go from ${number(known.bins[0].low)} to ${number(known.bins.at(-1).high)}.`),
      this.layers(layers, known)];
  }

  layers(layers, known) {
    const scales = new Map((known?.layers ?? []).filter((scale) => scale.deviation > 0).map((scale) => [scale.name, scale]));
    const standard = Object.keys(layers).every((name) => scales.has(name));
    const rows = Object.entries(layers).map(([name, raw]) => ({
      name: layer(name), raw, value: standard ? (raw - scales.get(name).mean) / scales.get(name).deviation : raw }));
    const top = rows.reduce((most, row) => row.value > most.value ? row : most);
    return layersChart(rows, standard ? 'standard deviations above trusted' : 'raw score', `Highest in ${top.name}, ${number(top.value)}.`);
  }

  neighbours() {
    const place = h('div', {}, h('p', { class: 'note' }, 'Looking…'));
    if (!this.verdict.signal) {
      place.replaceChildren(h('p', { class: 'note' }, 'The signal cannot be looked at again without its text.'));
      return h('section', { class: 'neighbours' }, h('h3', {}, 'Nearest trusted examples'), place);
    }
    api.neighbours(this.id).then((found) => place.replaceChildren(this.examples(found)))
      .catch((refusal) => place.replaceChildren(h('p', { class: 'note' }, refusal.message)));
    return h('section', { class: 'neighbours' }, h('h3', {}, 'Nearest trusted examples'), place);
  }

  examples(found) {
    if (found.neighbours.length === 0) {
      return h('p', { class: 'note' }, 'This detector keeps no trusted examples; fit --keep-examples keeps some.');
    }
    return h('div', {},
      h('p', { class: 'note' }, `Of ${count(found.examples)} that the detector keeps, the ones that looked most like this inside the model. `
        + `A trusted example is usually ${number(found.typical_distance)} from its nearest other one.`),
      h('ol', {}, found.neighbours.map((one) => h('li', {},
        h('span', { class: 'distance' }, number(one.distance)),
        h('span', { class: 'excerpt' }, one.prompt), h('span', { class: 'answer' }, one.label ?? MISSING)))));
  }
}
