// The panel in which a reader runs an example: the request, which they may change, and below it the answer.
import { AnswerPanel } from './answer.js';
import { draftOf } from './draft.js';
import { writes } from './dry-run.js';
import { element, freshId } from './element.js';
import { answerTo } from './request.js';
import { dropToken, token } from './session.js';

const DRY = 'This writes, so it goes as a dry run: all is checked and answered, and nothing is stored.';
const LASTS = 'This can’t be a dry run: it would really be done. So it is not offered here; run it in your own terminal.';

/** Of one example. `ended` is called when the panel is closed. */
export class Trial {
  constructor(asked, ended) {
    this.keyless = asked.keyless;
    this.ended = ended;
    this.draft = asked.lasts ? null : draftOf(asked);
    this.answer = new AnswerPanel();
    const id = freshId('trial');
    this.title = element('p', { class: 'title', id, tabindex: -1 }, 'Try it');
    this.note = element('p', { class: 'note' }, asked.lasts ? LASTS : '');
    const close = element('button', { type: 'button', click: () => this.close() }, 'Close');
    const bar = element('div', { class: 'bar' }, this.title, close);
    this.element = element(
      'div', { class: 'trial', role: 'group', 'aria-labelledby': id, keydown: (event) => this.#pressed(event) },
      bar, this.note, this.draft && this.#form(), this.answer.element,
    );
  }

  /** Sends it as it stands: it reads, or stores nothing. */
  async open() {
    this.title.focus();
    if (this.draft) await this.#send();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  close() {
    this.element.remove();
    this.ended();
  }

  #form() {
    const sent = (event) => {
      event.preventDefault();
      this.#send();
    };
    const button = element('button', { class: 'send' }, 'Send again');
    return element('form', { submit: sent }, this.draft.fields.map((field) => field.element), button);
  }

  #send() {
    return this.answer.ask(async () => {
      this.draft.makeDry();
      const { request } = this.draft;
      const isDry = writes(request);
      this.note.textContent = isDry ? DRY : '';
      const answer = await answerTo(request, this.keyless ? null : await token());
      if (answer.status === 401) dropToken();
      return { ...answer, isDry };
    });
  }

  #pressed(event) {
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && this.draft) this.#send();
    else return;
    event.preventDefault();
  }
}
