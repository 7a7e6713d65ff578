// A request of REST as a curl command, as the guides write it.

const PLAIN = /^[\w.,:@/-]*$/;
const SHORT = 76;
const JSON_SHORT = 60;

/** The requests and those below them, each after the one whose answer it needs. */
export function flat(requests) {
  const found = requests.flatMap((one) => [one, ...flat(one.nested)]);
  return found.filter((one) => one.method || one.notes.length);
}

/** The path with its query string. */
export function addressOf({ path, query }) {
  const text = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return text ? `${path}?${text}` : path;
}

/** The command. It finds the key in `$CUBE_KEY`, and what an answer before it told in the variable of `each`. */
export function curlOf(base, { method, path, query, headers, body, each }) {
  const plain = query.every(([name, value]) => PLAIN.test(name) && PLAIN.test(value));
  const whole = query.map(([name, value]) => `${name}=${value}`).join('&');
  const lines = [];
  if (!query.length) lines.push(addressed(base + path, each));
  else if (plain && path.length + whole.length < SHORT) lines.push(addressed(`${base}${path}?${whole}`, each));
  else lines.push(addressed(base + path, each), ...query.map(([name, value]) => `--data-urlencode ${quoted(`${name}=${shown(name, value)}`)}`));
  const [address, ...rest] = lines;
  const usual = body === null ? 'GET' : 'POST';
  // Parameters of a write stand in its address, for --get would make it a read.
  const flags = rest.length ? '--get ' : method === usual ? '' : `--request ${method} `;
  return [
    `curl ${flags}${address}`,
    `--header "Authorization: Bearer $CUBE_KEY"`,
    ...Object.entries(headers).map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`),
    ...rest,
    ...(body === null ? [] : [`--json ${quoted(indented(body), each)}`]),
  ].join(' \\\n  ');
}

function shown(name, value) {
  return name === 'filter' ? indented(JSON.parse(value)) : value;
}

function indented(value) {
  return pretty(JSON.parse(JSON.stringify(value))).replaceAll('\n', '\n  ');
}

/** JSON with what is short on one line. */
function pretty(value) {
  const line = spaced(value);
  if (typeof value !== 'object' || value === null || line.length <= JSON_SHORT) return line;
  const many = Array.isArray(value);
  const named = ([name, one]) => `${many ? '' : `${JSON.stringify(name)}: `}${pretty(one).replaceAll('\n', '\n  ')}`;
  const [open, close] = many ? '[]' : '{}';
  return `${open}\n  ${Object.entries(value).map(named).join(',\n  ')}\n${close}`;
}

function spaced(value) {
  const lines = JSON.stringify(value, null, 1);
  return lines.replace(/([[{])\n\s*/g, '$1').replace(/\n\s*([\]}])/g, '$1').replace(/\n\s*/g, ' ');
}

/** An address has nothing that double quotes let through but the variable of `each`. */
function addressed(url, each) {
  return each ? `"${url}"` : quoted(url);
}

/** A text for the shell, in which the variable of `each` stays one. */
function quoted(text, each) {
  const whole = `'${text.replaceAll("'", `'\\''`)}'`;
  return each ? whole.replaceAll(`$${each.name}`, `'"$${each.name}"'`) : whole;
}
