// The mutations of a GraphQL document, found without any knowledge of the schema, and given an argument.

// Strings, names, signs, numbers; and what stands between them.
const TOKEN =
  /"""(?:\\"""|[^])*?"""|"(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*|\.{3}|[{}()[\]:$@!=|&]|-?\d[\w.+-]*|(#[^\n\r]*|[\s,\uFEFF]+)/gy;
const OPENING = new Set('{([');
const CLOSING = new Set('})]');
const IN_FRAGMENT = 'A mutation that takes its fields from a fragment can’t be made a dry run here.';
const NOT_READ = 'This can’t be read as GraphQL';

/** Whether the document has a mutation. */
export function hasMutation(text) {
  return operations(tokensOf(text)).some((one) => one.isMutation);
}

/** The document with `name: value` among the arguments of each mutation; throws an Error where that can't be. */
export function withArgument(text, name, value) {
  const tokens = tokensOf(text);
  const edits = operations(tokens)
    .filter((one) => one.isMutation)
    .flatMap(({ opens, closes }) => [...fields(tokens, opens + 1, closes)])
    .map((field) => edit(text, tokens, field, name, value));
  return edits.reduceRight((told, { from, to, put }) => told.slice(0, from) + put + told.slice(to), text);
}

function tokensOf(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const start = match.index;
    end = start + match[0].length;
    if (match[1] === undefined) found.push({ text: match[0], start, end });
  }
  if (end < text.length) throw new Error(`${NOT_READ}: ${text.slice(end, end + 20)}`);
  return found;
}

/** Each definition: whether it is a mutation, and between which tokens its fields stand. */
function operations(tokens) {
  const found = [];
  let at = 0;
  while (at < tokens.length) {
    while (tokens[at].text.startsWith('"') && at + 1 < tokens.length) at += 1; // a description
    const isMutation = tokens[at].text === 'mutation';
    while (at < tokens.length && tokens[at].text !== '{') at = behind(tokens, at);
    if (at < tokens.length) {
      const next = behind(tokens, at);
      found.push({ isMutation, opens: at, closes: next - 1 });
      at = next;
    }
  }
  return found;
}

/** The place behind a token, or behind all that it opens. */
function behind(tokens, at) {
  let depth = 0;
  for (let i = at; i < tokens.length; i += 1) {
    if (OPENING.has(tokens[i].text)) depth += 1;
    else if (CLOSING.has(tokens[i].text)) depth -= 1;
    if (depth <= 0) return i + 1;
  }
  throw new Error(`${NOT_READ}: a bracket is not closed.`);
}

/** Each field that stands between two tokens: where its name is, and its arguments if it has some. */
function* fields(tokens, start, end) {
  let at = start;
  while (at < end) {
    if (tokens[at].text === '...') throw new Error(IN_FRAGMENT);
    const name = tokens[at + 1]?.text === ':' ? at + 2 : at;
    const has = (text) => tokens[at]?.text === text;
    at = name + 1;
    const opens = has('(') ? at : null;
    if (opens !== null) at = behind(tokens, at);
    if (!tokens[name].text.startsWith('__')) yield { name, opens, closes: at - 1 };
    while (has('@')) {
      at += 2;
      if (has('(')) at = behind(tokens, at);
    }
    if (has('{')) at = behind(tokens, at);
  }
}

/** Where the argument comes to stand in the text. One that is there gets another value. */
function edit(text, tokens, { name, opens, closes }, argument, value) {
  const put = `${argument}: ${value}`;
  if (opens === null) return { from: tokens[name].end, to: tokens[name].end, put: `(${put})` };
  for (let at = opens + 1; at < closes; at = behind(tokens, at)) {
    if (tokens[at].text === argument && tokens[at + 1].text === ':') {
      const last = tokens[at + 2].text === '$' ? at + 3 : at + 2;
      return { from: tokens[at].start, to: tokens[last].end, put };
    }
  }
  const between = text.slice(tokens[opens].end, tokens[opens + 1].start);
  const line = between.includes('\n') ? between.slice(between.lastIndexOf('\n')) : ', ';
  const from = tokens[closes - 1].end;
  return { from, to: from, put: `${line}${put}` };
}
