// The service's own API, as any client sees it.

/** What the service refused, in its own words. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `the service answered ${status}`);
    this.status = status;
    this.code = (problem.type ?? '').replace('/problems/', '');
  }
}

const LIMIT_MS = 30000;

function cookie(name) {
  return document.cookie.split('; ').find((pair) => pair.startsWith(name + '='))?.slice(name.length + 1);
}

async function call(method, path, body) {
  const headers = { Accept: 'application/json, application/problem+json' };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  const token = cookie('XSRF-TOKEN');
  if (method !== 'GET' && token) {
    headers['X-XSRF-TOKEN'] = decodeURIComponent(token);
  }
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  } catch (failure) {
    throw new Refusal(0, { detail: failure.name === 'TimeoutError'
      ? `the service did not answer within ${LIMIT_MS / 1000} s` : 'the service cannot be reached' });
  }
  const json = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) {
    if (response.status === 401) {
      window.dispatchEvent(new Event('signed-out'));
    }
    throw new Refusal(response.status, json ?? {});
  }
  return json;
}

function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? '' : '?' + new URLSearchParams(given);
}

const id = encodeURIComponent;

export const api = {
  session: () => call('GET', '/console/session'),
  signIn: (fields) => call('POST', '/console/session', fields),
  signOut: () => call('DELETE', '/console/session'),
  counts: () => call('GET', '/v1/reviews/counts'),
  reviews: (filter) => call('GET', '/v1/reviews' + query({ excerpts: true, limit: 50, ...filter })),
  review: (review) => call('GET', `/v1/reviews/${id(review)}`),
  next: (reviewer) => call('POST', '/v1/reviews/next', { reviewer }),
  claim: (review, reviewer) => call('POST', `/v1/reviews/${id(review)}/claim`, { reviewer }),
  release: (review, reviewer) => call('POST', `/v1/reviews/${id(review)}/release`, { reviewer }),
  decide: (review, decision) => call('POST', `/v1/reviews/${id(review)}/decision`, decision),
  outcomes: () => call('GET', '/v1/reviews/outcomes'),
  verdict: (verdict) => call('GET', `/v1/verdicts/${id(verdict)}`),
  neighbours: (verdict) => call('GET', `/v1/verdicts/${id(verdict)}/neighbours` + query({ limit: 5 })),
  statistics: (span) => call('GET', '/v1/verdicts/statistics' + query(span)),
  detectors: () => call('GET', '/v1/detectors'),
  calibration: (detector) => call('GET', `/v1/detectors/${id(detector)}/calibration`),
  jobs: () => call('GET', '/v1/jobs'),
};
