// An answer as a page shows it: how it went, what its headers tell, and its body.
import { copyButton } from './copy-button.js';
import { element } from './element.js';
import { coloured, indented, isJson } from './json.js';
import { signInLink } from './way-back.js';

// What a caller may want to know of; the trace and the times are told by themselves.
const HEADERS = [
  'Cube-Dry-Run', 'Location', 'ETag', 'Link', 'Idempotent-Replayed', 'Allow', 'WWW-Authenticate', 'Retry-After',
  'RateLimit', 'RateLimit-Policy', 'Content-Type',
];
const DRY = 'a dry run: nothing was stored';

/** A place for answers, one after another. */
export class AnswerPanel {
  constructor() {
    this.turn = 0;
    this.status = element('p', { class: 'status', role: 'status' });
    this.told = element('div', { class: 'told' });
    this.element = element('div', { class: 'came' }, this.status, this.told);
  }

  /** Shows what comes of `asked`, or why nothing does, unless more has been asked for meanwhile.
   *
   * Of GraphQL, whoever asked says by `isDry` whether it was a dry run: no header does.
   */
  async ask(asked) {
    this.turn += 1;
    const { turn } = this;
    this.status.textContent = 'Asking …';
    this.element.classList.remove('failed');
    try {
      const answer = await asked();
      if (turn === this.turn) this.#show(answer);
    } catch (error) {
      if (turn === this.turn) this.#fail(error);
    }
  }

  #fail({ message, isOfSession }) {
    this.element.classList.add('failed');
    this.status.replaceChildren(message, ...(isOfSession ? [' ', signInLink('Sign in')] : []));
    this.told.replaceChildren();
  }

  #show({ status, reason, milliseconds, headers, text, isDry }) {
    const dry = status < 400 && (isDry || headers.get('Cube-Dry-Run') === 'true');
    this.element.classList.toggle('failed', status >= 400);
    this.status.replaceChildren(
      element('strong', {}, `${status} ${reason}`.trim()), ` in ${milliseconds} ms`, dry ? `, ${DRY}` : '',
    );
    const named = HEADERS.map((name) => [name, headers.get(name)]);
    const folded = element('details', {}, element('summary', {}, 'Headers'), facts(named));
    const about = [['Trace', headers.get('traceresponse')], ['Server', times(headers)], ['Cost', cost(text)]];
    this.told.replaceChildren(facts(about), folded, body(text));
  }
}

function facts(pairs) {
  const told = pairs.filter(([, value]) => value);
  return element('dl', {}, told.map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

/** `db;dur=1.25` as `db 1.25 ms`. */
function times(headers) {
  const parts = [...(headers.get('Server-Timing') ?? '').matchAll(/(\w+);dur=([\d.]+)/g)];
  return parts.map(([, name, duration]) => `${name}\u00a0${duration}\u00a0ms`).join(' · ');
}

/** What a GraphQL answer tells of its cost. */
function cost(text) {
  const told = isJson(text) ? JSON.parse(text)?.extensions?.cost : null;
  return told && `${told.rows} of at most ${told.limit} rows`;
}

function body(text) {
  if (!text) return element('p', { class: 'empty' }, 'It has no body.');
  const code = element('code', {}, isJson(text) ? coloured(indented(text)) : text);
  const caption = element('figcaption', {}, 'Body', copyButton(code, 'of the answer'));
  return element('figure', { class: 'answer' }, caption, element('pre', { tabindex: 0, 'aria-label': 'Body of the answer' }, code));
}
