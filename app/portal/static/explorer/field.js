// The field of a parameter in the form of an operation: by its schema a choice, a tick, a number or a line of text.
import { element, freshId } from '../element.js';
import { choicesOf, typeOf } from './schema.js';
import { worded } from './words.js';

const PLACEHOLDERS = { 'date-time': '2026-01-31T09:30:00Z' };

export class Field {
  /** `ticked` is how a field of true or false begins. */
  constructor(api, parameter, { ticked = false } = {}) {
    this.name = parameter.name;
    this.place = parameter.in;
    this.schema = api.resolved(parameter.schema ?? {});
    this.isRequired = Boolean(parameter.required);
    const [id, about] = [freshId('field'), freshId('about')];
    this.input = this.#input({ id, 'aria-describedby': about, required: this.isRequired }, ticked);
    const rules = [typeOf(api, this.schema), this.isRequired && 'required'].filter(Boolean).join(', ');
    this.element = element(
      'div', { class: 'field' },
      element('label', { for: id }, element('code', {}, this.name), ' ', element('em', {}, rules)),
      this.input,
      element('small', { id: about }, worded(parameter.description ?? '')),
    );
  }

  /** What is sent; null for nothing. */
  get value() {
    if (this.#isTick) return this.input.checked === Boolean(this.schema.default) ? null : String(this.input.checked);
    return this.input.value.trim() || null;
  }

  get #isTick() {
    return this.schema.type === 'boolean';
  }

  #input(given, ticked) {
    const choices = choicesOf(this.schema);
    if (choices.length) {
      const options = ['', ...choices].map((one) => element('option', { value: one }, one || this.#unset));
      return element('select', given, options);
    }
    if (this.#isTick) return element('input', { ...given, type: 'checkbox', checked: ticked });
    const { minimum, maximum, maxLength, format } = this.schema;
    const line = { ...given, placeholder: this.schema.default ?? PLACEHOLDERS[format], autocomplete: 'off' };
    if (this.schema.type === 'integer') return element('input', { ...line, type: 'number', min: minimum, max: maximum });
    return element('input', { ...line, type: 'text', maxlength: maxLength, spellcheck: 'false' });
  }

  get #unset() {
    return this.schema.default === undefined ? 'any' : `${this.schema.default} (by default)`;
  }
}
