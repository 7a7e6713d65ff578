// One request to Cube, sent from a page with no cookie, and the answer that came.

const JSON_TYPE = 'application/json';
const GRAPHQL_ACCEPT = 'application/graphql-response+json, application/json';
const NOT_HERE = 'The path must begin with one /: requests go to this server alone.';

/** `{method, path, headers, body}` of a GraphQL document and its variables in JSON. */
export function graphqlRequest(query, variables = '') {
  const given = variables.trim() ? { variables: JSON.parse(variables) } : {};
  const body = JSON.stringify({ query, ...given });
  return { method: 'POST', path: '/graphql', headers: { Accept: GRAPHQL_ACCEPT }, body };
}

/** `{status, reason, milliseconds, headers, text}`; throws an Error, whose message can be shown, if none came. */
export async function answerTo({ method, path, headers = {}, body }, bearer) {
  const url = new URL(path, location.origin);
  if (!path.startsWith('/') || url.origin !== location.origin) throw new Error(NOT_HERE);
  const sent = new Headers(headers);
  if (bearer) sent.set('Authorization', `Bearer ${bearer}`);
  if (body && !sent.has('Content-Type')) sent.set('Content-Type', JSON_TYPE);
  const began = performance.now();
  const response = await fetch(url, {
    method, headers: sent, body: body || undefined, credentials: 'omit', cache: 'no-store', redirect: 'error',
  });
  const text = await response.text();
  const milliseconds = Math.round(performance.now() - began);
  return { status: response.status, reason: response.statusText, milliseconds, headers: response.headers, text };
}
