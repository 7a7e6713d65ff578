// One operation: what it is for, its form, the answers that it may give, and beside them the command and what came.
import { AnswerPanel } from '../answer.js';
import { copyButton } from '../copy-button.js';
import { element, freshId } from '../element.js';
import { answerTo } from '../request.js';
import { curlOf } from './curl.js';
import { RequestForm } from './request-form.js';
import { schemaView } from './schema.js';
import { worded } from './words.js';

const DRY = 'This is a dry run: all is checked and answered, and nothing is stored.';
const LASTS = 'This is really done, and stored.';

export class OperationView {
  constructor(api, operation, caller) {
    this.api = api;
    this.operation = operation;
    this.caller = caller;
    this.form = new RequestForm(api, operation, (event) => this.#submitted(event));
    this.form.element.addEventListener('input', () => this.#tell());
    this.answer = new AnswerPanel();
    this.title = element('h2', { id: freshId('operation'), tabindex: -1 }, worded(operation.summary));
    this.note = element('p', { class: 'note' });
    this.command = element('code');
    this.element = element(
      'section', { 'aria-labelledby': this.title.id },
      element('div', { class: 'part' }, this.#asking(), element('div', { class: 'code' }, this.#request())),
      element('div', { class: 'part' }, element('div', { class: 'prose' }, this.#bodyMembers(), this.#answers())),
    );
    this.#tell();
  }

  #asking() {
    const { method, path, description, isOpen } = this.operation;
    const place = element('p', { class: 'place' }, element('span', { class: 'method' }, method), ' ', element('code', {}, path));
    const about = element('p', {}, worded(description), isOpen && ' Needs no key.');
    return element('div', { class: 'prose' }, this.title, place, about, this.form.element);
  }

  #bodyMembers() {
    const content = Object.values(this.operation.body?.content ?? {});
    if (!content.length) return null;
    return [element('h3', {}, 'Members of the body'), schemaView(this.api, content[0].schema)];
  }

  #answers() {
    return [element('h3', {}, 'Answers'), this.operation.responses.map((one) => this.#answer(one))];
  }

  #answer({ status, description, headers = {}, content = {} }) {
    const inside = element('div');
    const unfold = () => {
      if (inside.hasChildNodes()) return;
      inside.append(
        headerList(this.api, headers),
        ...Object.entries(content).flatMap(([type, { schema }]) => [
          element('p', {}, element('code', {}, type)), schemaView(this.api, schema ?? {}),
        ]),
      );
    };
    const words = [element('code', {}, status), ' ', worded(description)];
    return element('details', { toggle: unfold }, element('summary', {}, words), inside);
  }

  #request() {
    const button = element('button', { class: 'send', form: this.form.element.id }, 'Send');
    const caption = element('figcaption', {}, 'Shell', copyButton(this.command, 'the command'));
    const figure = element('figure', { class: 'request' }, caption, element('pre', { tabindex: 0, 'aria-label': 'Shell' }, this.command));
    const sending = element('div', { class: 'sending' }, this.note, button);
    return element('div', { class: 'example' }, figure, sending, this.answer.element);
  }

  #tell() {
    this.command.textContent = curlOf(this.form.request, !this.operation.isOpen);
    this.note.textContent = this.form.lasts ? LASTS : this.form.writes ? DRY : '';
    this.note.classList.toggle('lasts', this.form.lasts);
  }

  async #submitted(event) {
    event.preventDefault();
    await this.answer.ask(async () => {
      const answer = await answerTo(this.form.request, this.operation.isOpen ? null : await this.caller.bearer());
      if (answer.status === 401) this.caller.refused();
      return answer;
    });
    this.answer.status.scrollIntoView({ block: 'nearest' });
  }
}

function headerList(api, headers) {
  const items = Object.entries(headers).map(([name, one]) => element(
    'li', {}, element('code', {}, name), ' ', worded(api.resolved(one).description ?? ''),
  ));
  return items.length ? element('ul', { class: 'fields' }, items) : '';
}
