// Numbers, times and names as people read them.

export const MISSING = '–';

/** A number with three digits that count. */
export function number(value) {
  if (value === null || value === undefined) {
    return MISSING;
  }
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    return value.toExponential(1).replace('e', ' × 10').replace('+', '').replace(/10(-?\d+)/, (_, power) => '10' + raised(power));
  }
  return String(Number(value.toPrecision(3)));
}

function raised(power) {
  return [...power].map((digit) => digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).join('');
}

/** A p-value: two digits, never more than are known. */
export function pValue(value) {
  return value === null || value === undefined ? 'unscored' : Number(value.toPrecision(2)).toString();
}

export function count(value) {
  return value.toLocaleString('en');
}

export function percent(value, digits = 1) {
  return value === null || value === undefined ? MISSING : (100 * value).toFixed(digits) + ' %';
}

/** How long ago, in the largest unit that is not zero. */
export function age(moment, now = Date.now()) {
  return span(now - new Date(moment).getTime());
}

export function span(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  for (const [unit, size] of [['d', 86400], ['h', 3600], ['min', 60]]) {
    if (seconds >= size) {
      return Math.floor(seconds / size) + ' ' + unit;
    }
  }
  return seconds + ' s';
}

/** Minutes and seconds that are left. */
export function clock(millis) {
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  return Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
}

export function moment(text) {
  return new Date(text).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

/** The beginning of a digest: enough to tell versions apart. */
export function digest(text) {
  return text.replace('sha256:', '').slice(0, 10);
}

/** A layer's name without what all of them have. */
export function layer(name) {
  return name.replace(/^blocks\.(\d+)\.hook_/, 'block $1 ').replaceAll('_', ' ');
}
