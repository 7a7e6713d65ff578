// A request as the curl command that makes it, as the guides write them.
const JSON_TYPE = 'application/json';
const GLOBS = /[[\]{}]/;

/** `hasKey` says whether it is sent with a key, which is expected in the environment. */
export function curlOf({ method, path, headers, body }, hasKey) {
  const url = `${location.origin}${path}`;
  const [place, query] = url.split(/\?(.*)/s);
  const words = [];
  const isList = method === 'GET' && query;
  if (isList) words.push(`curl --get ${quoted(place)}`);
  else words.push(['curl', ...asked(method, body), GLOBS.test(url) && '--globoff', quoted(url)].filter(Boolean).join(' '));
  if (hasKey) words.push('--header "Authorization: Bearer $CUBE_KEY"');
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'Content-Type' || value !== JSON_TYPE) words.push(`--header ${quoted(`${name}: ${value}`)}`);
  }
  if (isList) words.push(...query.split('&').filter(Boolean).map((pair) => `--data-urlencode ${quoted(decoded(pair))}`));
  if (body) words.push(`${headers['Content-Type'] === JSON_TYPE ? '--json' : '--data'} ${quoted(body)}`);
  return words.join(' \\\n  ');
}

/** What a body asks for by itself need not be said. */
function asked(method, body) {
  const byItself = body ? 'POST' : 'GET';
  return method === byItself ? [] : ['--request', method];
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A pair of the query string, its value in plain text: curl encodes it. */
function decoded(pair) {
  const [name, value = ''] = pair.split(/=(.*)/s);
  try {
    return `${decodeURIComponent(name)}=${decodeURIComponent(value.replaceAll('+', ' '))}`;
  } catch {
    return pair;
  }
}
