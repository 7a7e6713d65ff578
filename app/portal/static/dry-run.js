// A request as a dry run, of which nothing is stored: of REST by its parameter, of GraphQL by each mutation's argument.
import { hasMutation, withArgument } from './mutation.js';

export const DRY_RUN = 'dryRun';
const READS = ['GET', 'HEAD', 'OPTIONS', 'QUERY'];
const GRAPHQL = '/graphql';

/** Whether requests of this method do no more than read. */
export const reads = (method) => READS.includes(method);

/** Whether the request writes; throws an Error where that can't be told. */
export function writes({ method, path, body }) {
  if (reads(method)) return false;
  if (!isGraphql(path)) return true;
  const { query } = parsed(body);
  return typeof query === 'string' && hasMutation(query);
}

/** The request as a dry run, or itself if it only reads; throws an Error that says why it can't be one. */
export function asDryRun(request) {
  if (!writes(request)) return request;
  if (isGraphql(request.path)) {
    const sent = parsed(request.body);
    return { ...request, body: JSON.stringify({ ...sent, query: withArgument(sent.query, DRY_RUN, 'true') }, null, 2) };
  }
  const url = urlOf(request.path);
  const others = url.search.slice(1).split('&').filter((pair) => pair && nameOf(pair) !== DRY_RUN);
  return { ...request, path: `${url.pathname}?${[...others, `${DRY_RUN}=true`].join('&')}` };
}

/** What the browser asks for: the path may be written in more than one way. */
const urlOf = (path) => new URL(path, location.origin);

function isGraphql(path) {
  try {
    return decodeURIComponent(urlOf(path).pathname) === GRAPHQL;
  } catch {
    return false;
  }
}

/** The object in the body; where there is none, the server refuses the request. */
function parsed(body) {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

function nameOf(pair) {
  const name = pair.split('=')[0].replaceAll('+', ' ');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
