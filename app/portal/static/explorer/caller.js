// Who calls from the explorer: an API key, which this tab keeps as the page at /graphql does, or else who is signed in.
import { element } from '../element.js';
import { dropToken, session, token } from '../session.js';
import { signInLink } from '../way-back.js';

const STORED_KEY = 'cube.key';

export class Caller {
  /** `changed` is called when somebody else is to call. */
  constructor(changed) {
    this.changed = changed;
    this.key = sessionStorage.getItem(STORED_KEY) ?? '';
    this.user = null;
    this.input = element('input', {
      id: 'api-key', type: 'password', autocomplete: 'off', spellcheck: 'false', placeholder: 'cube_…',
    });
    this.input.value = this.key;
    this.note = element('p', { role: 'status' });
    this.drop = element('button', { type: 'button', hidden: true, click: () => this.#keep('') }, 'Use my sign-in');
    this.element = element(
      'form', { class: 'caller', submit: (event) => this.#submitted(event) },
      element('label', { for: 'api-key' }, 'API key'), this.input, element('button', {}, 'Use key'), this.drop, this.note,
    );
  }

  /** Finds out who is signed in. */
  async met() {
    this.user = await session().then(({ user }) => user, () => null);
    this.#tell();
  }

  /** What is sent as the bearer; null where there is nobody. */
  async bearer() {
    if (this.key) return this.key;
    return this.user ? token() : null;
  }

  /** What came for the bearer was a 401. */
  refused() {
    dropToken();
  }

  /** Says why the document was not told to this caller; null when it was. */
  complain(why) {
    this.note.classList.toggle('wrong', why !== null);
    if (why === null) this.#tell();
    else this.note.textContent = `${why} What is below is what anybody may see.`;
  }

  #submitted(event) {
    event.preventDefault();
    this.#keep(this.input.value.trim());
  }

  #keep(key) {
    if (key) sessionStorage.setItem(STORED_KEY, key);
    else sessionStorage.removeItem(STORED_KEY);
    this.key = key;
    this.input.value = key;
    this.#tell();
    this.changed();
  }

  #tell() {
    this.drop.hidden = !(this.key && this.user);
    if (this.key) this.note.textContent = 'This key calls. It is kept in this tab only, and sent to this server alone.';
    else if (this.user) this.note.textContent = `Signed in as ${this.user.name}, who calls if no key does.`;
    else this.note.replaceChildren('Nearly every request needs a key: enter one, or ', signInLink('sign in'), '.');
  }
}
