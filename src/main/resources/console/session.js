// Who reviews. With access switched on that is who signed in; without, whoever says a name.
import { api } from './api.js';
import { alarm, h } from './dom.js';

const KEY = 'quirkwatch.reviewer';
const OPEN = { open: true };

let session = null;

/** The reviewer's name, or null while nobody has said one. */
export function reviewer() {
  return session === null ? null : session.open ? sessionStorage.getItem(KEY) : session.signed_in ? session.name : null;
}

export function canSignOut() {
  return reviewer() !== null;
}

/** Asks the service who this is. */
export async function restore() {
  try {
    const answer = await api.session();
    session = answer.access === false ? OPEN : answer;
  } catch (refusal) {
    if (refusal.status === 401 || refusal.status === 403) {
      session = {};
    } else if (refusal.status === 404) {
      session = OPEN;
    } else {
      throw refusal;
    }
  }
}

export async function signOut() {
  sessionStorage.removeItem(KEY);
  if (!session.open) {
    await api.signOut();
    session = {};
  }
}

/** The form that asks for a name, or for a key. */
export function form(done) {
  const errors = h('div');
  const open = session === null || session.open === true;
  const field = open
    ? h('input', { id: 'sign-in', name: 'name', type: 'text', maxlength: 100, required: true, autocomplete: 'nickname', spellcheck: 'false' })
    : h('input', { id: 'sign-in', name: 'key', type: 'password', maxlength: 200, required: true, autocomplete: 'current-password', 'aria-describedby': 'sign-in-hint' });
  const submit = async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') {
      errors.replaceChildren(alarm(new Error(open ? 'A name is needed.' : 'A key is needed.')));
      field.focus();
      return;
    }
    try {
      if (open) {
        sessionStorage.setItem(KEY, text);
      } else {
        session = await api.signIn({ key: text });
      }
      done();
    } catch (refusal) {
      errors.replaceChildren(alarm(refusal));
      field.value = '';
      field.focus();
    }
  };
  return h('section', { class: 'sign-in', 'aria-labelledby': 'sign-in-title' },
    h('h1', { id: 'sign-in-title', tabindex: '-1' }, open ? 'Who reviews?' : 'Sign in'),
    h('p', { class: 'note', id: 'sign-in-hint' }, open
      ? 'Decisions are written down under this name. It is kept until this tab is closed.'
      : 'With an API key of scope review or admin. The key itself is not kept in the browser.'),
    h('form', { onsubmit: submit },
      h('label', { for: 'sign-in' }, open ? 'Your name' : 'API key'), field, errors,
      h('button', { class: 'main', type: 'submit' }, open ? 'Begin' : 'Sign in')));
}
