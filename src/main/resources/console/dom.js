// Elements in one line each. Texts are always text, never markup.

/** An HTML element; properties that begin with "on" are listeners, null and false ones are left out. */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** An SVG element. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Says something to those who do not see it. */
export function announce(text) {
  const live = document.getElementById('live');
  live.textContent = '';
  // The same text said twice is heard twice only if it was gone in between.
  setTimeout(() => { live.textContent = text; }, 50);
}

/** Says something to everybody, for a few seconds. */
export function tell(text) {
  announce(text);
  const toast = document.getElementById('toast');
  toast.textContent = text;
  toast.classList.add('shown');
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => toast.classList.remove('shown'), 4000);
}

/** What went wrong, where it went wrong. */
export function alarm(problem) {
  return h('p', { class: 'alarm', role: 'alert' }, problem.message);
}
