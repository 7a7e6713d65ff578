// The form of an operation: a field for each parameter, the body, and from them the request.
import { DRY_RUN, reads } from '../dry-run.js';
import { element, freshId } from '../element.js';
import { Field } from './field.js';
import { sampleOf } from './sample.js';
import { typeOf } from './schema.js';

const PLACES = { path: 'Path', query: 'Query', header: 'Headers' };
const MORE = 'More parameters, as they stand in a URL: status[in]=lead,active&metadata.plan=pro';
const FILTER = /[.[]/; // of a filter by a path or an operator, of which there are more than the document lists
const IN_PATH = { '%3A': ':', '%40': '@' };

export class RequestForm {
  constructor(api, operation, sent) {
    this.operation = operation;
    this.writes = !reads(operation.method);
    this.fields = operation.parameters.map(
      (one) => new Field(api, one, { ticked: this.writes && one.name === DRY_RUN }),
    );
    this.dryRun = this.fields.find((field) => field.name === DRY_RUN) ?? null;
    this.element = element('form', { id: freshId('request'), submit: sent });
    for (const place of Object.keys(PLACES)) this.#place(place);
    if (operation.body) this.#body(api, operation.body);
  }

  /** `{method, path, headers, body}`. What the path lacks stands there by its name. */
  get request() {
    const given = this.fields.map((field) => [field, field.value]).filter(([, value]) => value !== null);
    const of = (place) => given.filter(([field]) => field.place === place);
    const named = Object.fromEntries(of('path').map(([field, value]) => [field.name, inPath(value)]));
    const path = this.operation.path.replace(/\{(\w+)\}/g, (whole, name) => named[name] ?? whole);
    const pairs = of('query').map(([field, value]) => `${field.name}=${encodeURIComponent(value)}`);
    const query = [...pairs, this.more?.value.trim()].filter(Boolean).join('&');
    const headers = Object.fromEntries(of('header').map(([field, value]) => [field.name, value]));
    const body = this.text?.value.trim() || undefined;
    if (body) headers['Content-Type'] = this.type.value;
    return { method: this.operation.method, path: query ? `${path}?${query}` : path, headers, body };
  }

  /** Whether it may be done for good. */
  get lasts() {
    return this.writes && !this.dryRun?.input.checked;
  }

  #place(place) {
    const fields = this.fields.filter((field) => field.place === place);
    if (!fields.length) return;
    const group = element('fieldset', {}, element('legend', {}, PLACES[place]), fields.map((field) => field.element));
    if (place === 'query' && fields.some(({ name }) => FILTER.test(name))) {
      const id = freshId('more');
      this.more = element('input', { id, type: 'text', autocomplete: 'off', spellcheck: 'false' });
      group.append(element('div', { class: 'field' }, element('label', { for: id }, MORE), this.more));
    }
    this.element.append(group);
  }

  #body(api, body) {
    const [{ schema }] = Object.values(body.content);
    const id = freshId('body');
    this.text = element('textarea', { id, rows: 10, spellcheck: 'false', autocomplete: 'off' });
    this.text.value = sampleOf(api, schema);
    const words = ['Body ', element('em', {}, [typeOf(api, schema), body.required && 'required'].filter(Boolean).join(', '))];
    this.element.append(element(
      'fieldset', {}, element('legend', {}, 'Body'),
      element('div', { class: 'field whole' }, element('label', { for: id }, words), this.text),
      this.#types(Object.keys(body.content)),
    ));
  }

  /** The media types of the body, if there is a choice. */
  #types(types) {
    const id = freshId('type');
    this.type = element('select', { id }, types.map((type) => element('option', { value: type }, type)));
    return types.length > 1 && element('div', { class: 'field' }, element('label', { for: id }, 'Media type'), this.type);
  }
}

/** A value in a path; a reference stays readable. */
function inPath(value) {
  return encodeURIComponent(value).replace(/%3A|%40/g, (code) => IN_PATH[code]);
}
