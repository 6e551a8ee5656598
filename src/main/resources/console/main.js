// Where one is, what the keys do, and what is asked for again and again.
import { Detectors } from './detectors.js';
import { alarm, h } from './dom.js';
import { count } from './format.js';
import { Jobs } from './jobs.js';
import { Queue } from './queue.js';
import { Rate } from './rate.js';
import * as session from './session.js';

const NAMES = { queue: 'Queue', rate: 'Flag rate', detectors: 'Detectors', jobs: 'Jobs' };
const EVERY_MS = { queue: 4000, rate: 15000, detectors: 15000, jobs: 3000 };
const KEYS = 'quirkwatch.keys';

const main = document.getElementById('main');
const help = document.getElementById('help');
const keysOn = document.getElementById('keys-on');
let view = null;
let name = null;
let turn = null;

function counts(known) {
  const badge = document.getElementById('open-count');
  badge.textContent = count(known.open);
  badge.hidden = known.open === 0;
  if (name === 'queue') {
    document.title = `${known.open > 0 ? `(${count(known.open)}) ` : ''}Queue · Quirkwatch`;
  }
}

function make(wanted) {
  switch (wanted) {
    case 'rate': return new Rate();
    case 'detectors': return new Detectors();
    case 'jobs': return new Jobs();
    default: return new Queue(counts);
  }
}

async function route() {
  const [, wanted = 'queue', id = null] = location.hash.split('/');
  const next = NAMES[wanted] ? wanted : 'queue';
  document.getElementById('reviewer').textContent = session.reviewer() ?? '';
  document.getElementById('sign-out').hidden = !session.canSignOut();
  document.querySelectorAll('nav a').forEach((link) => {
    if (link.dataset.view === next) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  });
  if (session.reviewer() === null) {
    view?.close();
    view = null;
    name = null;
    main.replaceChildren(session.form(route));
    main.querySelector('input').focus();
    document.title = 'Sign in · Quirkwatch';
    return;
  }
  if (next !== name) {
    view?.close();
    const first = name === null;
    name = next;
    view = make(next);
    document.title = `${NAMES[next]} · Quirkwatch`;
    main.replaceChildren(view.element);
    if (!first && id === null) {
      view.element.querySelector('h1').focus();
    }
    if (view instanceof Queue) {
      view.detectors().catch((refusal) => view.fail(refusal));
    }
    again();
  }
  if (view instanceof Queue) {
    await view.open(id === null || id === '' ? null : decodeURIComponent(id));
  }
}

/** Asks now, and again after a while, as long as somebody looks. */
async function again() {
  clearTimeout(turn);
  const asked = view;
  if (!document.hidden) {
    await asked?.refresh();
  }
  if (asked === view && view !== null) {
    clearTimeout(turn);
    turn = setTimeout(again, EVERY_MS[name]);
  }
}

function writes(element) {
  return element.closest('input:not([type=checkbox]), textarea, select, [contenteditable], dialog') !== null;
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || writes(event.target)) {
    return;
  }
  if (event.key === '?') {
    help.showModal();
    event.preventDefault();
    return;
  }
  if (!keysOn.checked || !(view instanceof Queue)) {
    return;
  }
  const queue = view;
  const does = {
    j: () => queue.move(1),
    k: () => queue.move(-1),
    n: () => queue.claimNext(),
    c: () => queue.item?.decide('confirmed'),
    d: () => queue.item?.decide('dismissed'),
    s: () => queue.item?.skip(),
  }[event.key];
  if (does && !event.repeat || does && (event.key === 'j' || event.key === 'k')) {
    event.preventDefault();
    does();
  }
}

keysOn.checked = localStorage.getItem(KEYS) !== 'off';
keysOn.addEventListener('change', () => localStorage.setItem(KEYS, keysOn.checked ? 'on' : 'off'));
document.getElementById('help-open').addEventListener('click', () => help.showModal());
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
document.getElementById('sign-out').addEventListener('click', async () => {
  await session.signOut();
  await route();
});
document.addEventListener('keydown', key);
document.addEventListener('visibilitychange', () => { if (!document.hidden) { again(); } });
window.addEventListener('hashchange', route);
window.addEventListener('signed-out', async () => {
  if (name !== null) {
    await session.restore();
    await route();
  }
});

try {
  await session.restore();
  await route();
} catch (failure) {
  main.replaceChildren(h('section', { class: 'panel' }, h('h1', {}, 'Quirkwatch'), alarm(failure)));
}
