// The queue on one side, the item that is looked at on the other.
import { api } from './api.js';
import { alarm, announce, h, tell } from './dom.js';
import { age, count, pValue } from './format.js';
import { Item } from './item.js';
import { reviewer } from './session.js';

const STATUSES = ['open', 'claimed', 'confirmed', 'dismissed'];
const LISTS = { open: 'Nothing is open.', claimed: 'Nobody works on anything.', confirmed: 'Nothing was confirmed yet.', dismissed: 'Nothing was dismissed yet.' };

export class Queue {
  constructor(shown) {
    this.shown = shown;
    this.filter = { status: 'open', disposition: '', detector: '' };
    this.reviews = [];
    this.next = null;
    this.counts = null;
    this.cursor = null;
    this.item = null;
    this.build();
  }

  build() {
    this.tabs = h('div', { class: 'tabs', role: 'group', 'aria-label': 'Status' }, STATUSES.map((status) =>
      h('button', { type: 'button', 'data-status': status, 'aria-pressed': String(status === this.filter.status), onclick: () => this.show(status) },
        status, ' ', h('span', { class: 'count' }, '·'))));
    this.disposition = this.choice('disposition', 'Disposition', [['', 'all'], ['discard', 'discard'], ['review', 'review']]);
    this.detector = this.choice('detector', 'Detector', [['', 'all']]);
    this.list = h('ol', { class: 'reviews', 'aria-label': 'Reviews, what is due first' });
    this.more = h('button', { type: 'button', class: 'plain', hidden: true, onclick: () => this.load(true) }, 'Show more');
    this.errors = h('div');
    this.pane = h('section', { class: 'item', 'aria-label': 'Signal' }, this.nothing());
    this.element = h('div', { class: 'queue' },
      h('section', { class: 'list', 'aria-labelledby': 'queue-title' },
        h('div', { class: 'head' },
          h('h1', { id: 'queue-title', tabindex: '-1' }, 'Queue'),
          h('button', { type: 'button', class: 'main', 'aria-keyshortcuts': 'n', onclick: () => this.claimNext() }, 'Claim next ', h('kbd', {}, 'n'))),
        this.tabs, h('div', { class: 'filters' }, this.disposition, this.detector), this.errors, this.list, this.more),
      this.pane);
  }

  choice(name, label, options) {
    return h('label', {}, label, h('select', { onchange: (event) => { this.filter[name] = event.target.value; this.load(); } },
      options.map(([value, text]) => h('option', { value }, text))));
  }

  nothing() {
    return h('div', { class: 'empty' }, h('p', {}, 'Open a signal from the queue, or claim what is due next.'));
  }

  async show(status) {
    this.filter.status = status;
    this.tabs.querySelectorAll('button').forEach((tab) => tab.setAttribute('aria-pressed', String(tab.dataset.status === status)));
    await this.load();
    announce(`${status}: ${this.reviews.length === 0 ? 'none' : count(this.counts?.[status] ?? this.reviews.length)}`);
  }

  /** Loads the list; what was loaded by "Show more" before is loaded again with it. */
  async load(more = false) {
    const filter = { ...this.filter };
    const limit = more ? 50 : Math.min(500, Math.max(50, this.reviews.length));
    const asked = this.asked = {};
    try {
      const page = await api.reviews({ ...filter, limit, cursor: more ? this.next : null });
      if (asked !== this.asked) {
        return;
      }
      this.reviews = more ? this.reviews.concat(page.reviews) : page.reviews;
      this.next = page.next ?? null;
      this.errors.replaceChildren();
      // Drawn anew when something changed, and now and then for the ages.
      const state = JSON.stringify([this.filter, this.reviews, this.next]) + Math.floor(Date.now() / 20000);
      if (state !== this.drawn) {
        this.drawn = state;
        this.render();
      }
    } catch (refusal) {
      this.fail(refusal);
    }
  }

  async refresh() {
    try {
      const counts = await api.counts();
      const grown = this.counts !== null && counts.open > this.counts.open;
      this.counts = counts;
      this.tabs.querySelectorAll('button').forEach((tab) => { tab.querySelector('.count').textContent = count(counts[tab.dataset.status]); });
      this.shown(counts);
      if (grown) {
        announce(`${count(counts.open)} signals are open`);
      }
    } catch (refusal) {
      this.fail(refusal);
      return;
    }
    await this.load();
    await this.item?.refresh();
  }

  async detectors() {
    const known = new Map();
    const [present, past] = await Promise.all([api.detectors(), api.outcomes()]);
    present.detectors.forEach((detector) => known.set(detector.id, detector.id));
    past.detectors.forEach((rate) => known.set(rate.detector, rate.detector));
    this.detector.querySelector('select').replaceChildren(
      h('option', { value: '' }, 'all'), ...[...known.keys()].sort().map((id) => h('option', { value: id }, id)));
  }

  fail(refusal) {
    if (this.errors.textContent !== refusal.message) {
      this.errors.replaceChildren(alarm(refusal));
    }
  }

  render() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.list.replaceChildren(...this.reviews.map((review) => this.row(review)));
    if (this.reviews.length === 0) {
      this.list.append(h('li', { class: 'empty' }, LISTS[this.filter.status]));
    }
    this.more.hidden = this.next === null;
    if (focused !== null) {
      this.link(focused)?.focus({ preventScroll: true });
    }
  }

  row(review) {
    const current = this.item?.id === review.id;
    const who = review.reviewer ? (review.reviewer === reviewer() ? 'you' : review.reviewer) : null;
    return h('li', {}, h('a', { href: `#/queue/${review.id}`, 'data-id': review.id, 'aria-current': current ? 'true' : null },
      h('span', { class: 'excerpt' }, review.excerpt ?? h('em', {}, 'text not kept')),
      h('span', { class: 'facts' },
        h('span', { class: `disposition ${review.disposition}` }, review.disposition),
        h('span', {}, review.p_value === undefined ? 'unscored' : `p ${pValue(review.p_value)}`),
        h('span', {}, `${age(review.decided_at ?? review.opened_at)} ago`),
        who ? h('span', { class: 'by' }, who) : null)));
  }

  link(id) {
    return this.list.querySelector(`a[data-id="${CSS.escape(id)}"]`);
  }

  /** Down or up in the list. */
  move(step) {
    if (this.reviews.length === 0) {
      return;
    }
    const at = this.reviews.findIndex((review) => review.id === (document.activeElement?.dataset?.id ?? this.cursor ?? this.item?.id));
    const to = at < 0 ? 0 : Math.min(this.reviews.length - 1, Math.max(0, at + step));
    this.cursor = this.reviews[to].id;
    this.link(this.cursor)?.focus();
  }

  after(id) {
    const at = this.reviews.findIndex((review) => review.id === id);
    return this.reviews[at + 1]?.id ?? this.reviews.find((review) => review.id !== id)?.id ?? null;
  }

  async claimNext() {
    try {
      const { review } = await api.next(reviewer());
      if (!review) {
        tell('Nothing is open.');
        return;
      }
      tell('Claimed for you.');
      if (location.hash === `#/queue/${review.id}`) {
        await this.open(review.id);
      } else {
        location.hash = `#/queue/${review.id}`;
      }
      await this.refresh();
    } catch (refusal) {
      this.fail(refusal);
    }
  }

  /** Shows an item, or none. */
  async open(id) {
    this.item?.close();
    this.element.classList.toggle('opened', id !== null);
    if (id === null) {
      this.item = null;
      this.pane.replaceChildren(this.nothing());
      this.mark();
      return;
    }
    this.cursor = id;
    this.item = new Item(id, { changed: () => this.refresh(), skipped: () => this.skipped(id) });
    this.pane.replaceChildren(this.item.element);
    this.mark();
    await this.item.load();
  }

  mark() {
    this.list.querySelectorAll('a').forEach((link) => {
      if (link.dataset.id === this.item?.id) {
        link.setAttribute('aria-current', 'true');
      } else {
        link.removeAttribute('aria-current');
      }
    });
  }

  skipped(id) {
    const to = this.after(id);
    location.hash = to === null ? '#/queue' : `#/queue/${to}`;
  }

  close() {
    this.item?.close();
  }
}
