// Work that takes longer than a request.
import { api } from './api.js';
import { alarm, h } from './dom.js';
import { age, count, percent, span } from './format.js';

export class Jobs {
  constructor() {
    this.place = h('div');
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'jobs-title' },
      h('div', { class: 'head' }, h('h1', { id: 'jobs-title', tabindex: '-1' }, 'Jobs')),
      h('p', { class: 'note' }, 'Long work, the newest first: bulk scoring and fits.'), this.place);
  }

  async refresh() {
    try {
      const { jobs } = await api.jobs();
      this.place.replaceChildren(jobs.length === 0 ? h('p', { class: 'empty' }, 'There is no job.') : h('div', { class: 'cards' }, jobs.map((job) => this.job(job))));
    } catch (refusal) {
      this.place.replaceChildren(refusal.status === 404 ? h('p', { class: 'empty' }, 'This service has no jobs.') : alarm(refusal));
    }
  }

  job(job) {
    const fact = (name, ...value) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
    const share = job.total > 0 ? job.done / job.total : null;
    const over = job.ended_at !== undefined;
    return h('article', { class: 'card', 'data-id': job.id },
      h('h2', {}, job.kind, ' ', h('span', { class: `tag ${job.state}` }, job.cancelling ? 'cancelling' : job.state)),
      h('p', { class: 'note' }, h('code', {}, job.id), ` ${over ? 'ended' : 'submitted'} ${age(job.ended_at ?? job.submitted_at)} ago`,
        job.owner ? ` by ${job.owner}` : null),
      share === null ? null : h('progress', { max: 1, value: share, 'aria-label': `${job.kind}, ${percent(share, 0)} done` }),
      h('dl', { class: 'verdict' },
        job.kind === 'fit' ? fact('detector', job.parameters?.id ?? '–') : null,
        fact('done', count(job.done), job.total ? ` of ${count(job.total)}` : null),
        !over && job.rate ? fact('rate', `${count(Math.round(job.rate))} a second`) : null,
        !over && job.eta_ms !== undefined ? fact('left', span(job.eta_ms)) : null,
        Object.entries(job.counts).map(([name, value]) => fact(name, count(value))),
        job.errors.length > 0 ? fact('faults', `${count(job.errors.length)}; first in line ${count(job.errors[0].line)}`) : null),
      job.problem ? h('p', { class: 'alarm' }, job.problem.detail) : null);
  }

  close() {}
}
