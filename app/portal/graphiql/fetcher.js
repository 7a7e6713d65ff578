// Sends what GraphiQL asks to the page's own path, with the caller's key.

const INTROSPECTION = 'IntrospectionQuery';
const NO_KEY = 'Enter an API key above first: every request to Cube needs one.';

/** A fetcher for one key. `onAnswer` gets what the last answer cost and its trace; `onSchema` why there is no schema. */
export function fetcherFor(key, { onAnswer, onSchema }) {
  return async (params, options = {}) => {
    if (!key) return { errors: [{ message: NO_KEY }] };
    const began = performance.now();
    const response = await fetch(window.location.pathname, {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json, application/json',
        'Content-Type': 'application/json',
        Authorization: `Bearer ${key}`,
        ...options.headers,
      },
      body: JSON.stringify(params),
    });
    const answer = await response.json();
    if (params.operationName !== INTROSPECTION) {
      onAnswer({
        status: response.status,
        milliseconds: Math.round(performance.now() - began),
        cost: answer.extensions?.cost,
        traceId: answer.extensions?.traceId ?? answer.traceId,
      });
      return answer;
    }
    onSchema(answer.data ? null : (answer.errors?.[0]?.message ?? answer.message));
    // GraphiQL asks for the schema a second time when the answer has no `data`; a refused key stays refused.
    return 'data' in answer ? answer : { data: null, ...answer };
  };
}
