// All operations by their tags, of which those stay that have the words of the filter.
import { element } from '../element.js';

const NAME = 'op';

/** The operation that an address names; null where it names none. */
export const operationOf = (hash) => new URLSearchParams(hash.slice(1)).get(NAME);

export class OperationList {
  constructor({ input, status, place }) {
    this.status = status;
    this.place = place;
    this.input = input;
    this.rows = [];
    input.addEventListener('input', () => this.#filter());
  }

  show(api) {
    const tags = [...new Set(api.operations.map((one) => one.tag))];
    this.rows = api.operations.map((one) => ({ operation: one, item: element('li', {}, link(one)) }));
    this.groups = tags.map((tag) => {
      const items = this.rows.filter(({ operation }) => operation.tag === tag).map(({ item }) => item);
      return element('div', {}, element('p', { class: 'heading' }, tag), element('ul', {}, items));
    });
    this.place.replaceChildren(...this.groups);
    this.#filter();
  }

  mark(id) {
    for (const { operation, item } of this.rows) {
      if (operation.id === id) item.firstChild.setAttribute('aria-current', 'page');
      else item.firstChild.removeAttribute('aria-current');
    }
  }

  #filter() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { operation, item } of this.rows) {
      const { id, tag, method, path, summary, description } = operation;
      const text = [id, tag, method, path, summary, description].join(' ').toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of this.groups) group.hidden = !group.querySelector('li:not([hidden])');
    const count = this.rows.filter(({ item }) => !item.hidden).length;
    this.status.textContent = `${count} operation${count === 1 ? '' : 's'}`;
  }
}

function link({ id, method, path, summary }) {
  const shown = [element('span', { class: 'method' }, method), ' ', path];
  return element('a', { href: `#${NAME}=${encodeURIComponent(id)}`, title: summary }, shown);
}
