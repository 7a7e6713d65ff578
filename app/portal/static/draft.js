// A request that a reader may change before it is sent: of REST its path, headers and body, of GraphQL its document.
import { asDryRun, DRY_RUN } from './dry-run.js';
import { element, freshId } from './element.js';
import { indented, isJson } from './json.js';
import { hasMutation, withArgument } from './mutation.js';
import { graphqlRequest } from './request.js';

const LETTERS_IN_A_LINE = 44;
const MOST_LINES = 16;
const HEADER = /^\s*([\w-]+)\s*:\s*(.*?)\s*$/;

/** The draft of an example, by what its page tells of it. */
export function draftOf({ query, ...request }) {
  return query === undefined ? new RestDraft(request) : new DocumentDraft(query);
}

class RestDraft {
  constructor({ method, path, headers, body }) {
    this.method = method;
    this.path = area(`${method}, path`, readable(path));
    this.headers = headers && area('Headers', Object.entries(headers).map((pair) => pair.join(': ')).join('\n'));
    this.body = body !== undefined && area('Body', isJson(body) ? indented(body) : body);
    this.fields = [this.path, this.headers, this.body].filter(Boolean);
  }

  get request() {
    const headers = this.headers ? headersOf(this.headers.input.value) : {};
    return { method: this.method, path: this.path.input.value.trim(), headers, body: this.body?.input?.value };
  }

  /** Has the fields say what a dry run of it is. */
  makeDry() {
    const dry = asDryRun(this.request);
    this.path.input.value = dry.path;
    if (this.body) this.body.input.value = dry.body;
  }
}

class DocumentDraft {
  constructor(query) {
    this.query = area('Document', query.trim());
    this.variables = query.includes('$') && area('Variables, as JSON', '{}');
    this.fields = [this.query, this.variables].filter(Boolean);
  }

  get request() {
    return graphqlRequest(this.query.input.value, this.variables ? this.variables.input.value : '');
  }

  makeDry() {
    const query = this.query.input;
    if (hasMutation(query.value)) query.value = withArgument(query.value, DRY_RUN, 'true');
  }
}

/** A field of several lines with its label. */
function area(label, text) {
  const id = freshId('draft');
  const lines = text.split('\n').reduce((sum, line) => sum + Math.ceil((line.length + 1) / LETTERS_IN_A_LINE), 0);
  const input = element('textarea', {
    id, rows: Math.min(lines, MOST_LINES), spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
  });
  input.value = text;
  return { input, element: element('p', {}, element('label', { for: id }, label), input) };
}

/** The query string with letters in place of their codes, save those that would be read as something else. */
function readable(path) {
  const [before, query] = path.split(/\?(.*)/s);
  if (query === undefined) return path;
  return `${before}?${query.replace(/(?:%[0-9a-f]{2})+/gi, decoded)}`;
}

function decoded(codes) {
  try {
    return decodeURIComponent(codes).replace(/[%&+#=]/g, encodeURIComponent);
  } catch {
    return codes;
  }
}

function headersOf(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  return Object.fromEntries(lines.map((line) => {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (!name) throw new Error(`This is not a header: ${line}`);
    return [name, value];
  }));
}
