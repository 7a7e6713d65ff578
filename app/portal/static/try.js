// What a guide offers to whoever is signed in: to run its examples in the page; and their own key's prefix.
import { element } from './element.js';
import { session } from './session.js';
import { Trial } from './trial.js';
import { offerWayBack, signInLink } from './way-back.js';

const USES_KEY = /\$CUBE_KEY|\['CUBE_KEY'\]|env\.CUBE_KEY/;

const { user, key } = await session();
for (const example of document.querySelectorAll('.example')) {
  const figures = [...example.querySelectorAll('figure.request')];
  const isDocument = (figure) => figure.dataset.language === 'graphql';
  if ('document' in example.dataset) offer(figures.filter(isDocument), documentOf(example.dataset));
  if ('method' in example.dataset) offer(figures.filter((one) => !isDocument(one)), requestOf(example.dataset));
  if (key) figures.forEach(showKey);
}
offerWayBack();

function documentOf({ document: query }) {
  return { query };
}

function requestOf({ method, path, headers, body, keyless, lasting }) {
  const given = headers && JSON.parse(headers);
  return { method, path, headers: given, body, keyless: keyless !== undefined, lasts: lasting !== undefined };
}

/** One trial for the blocks that ask the same in several languages; below the last of them, and seen with each. */
function offer(figures, asked) {
  if (!figures.length) return;
  if (!user && !asked.keyless) {
    figures.forEach((figure) => put(figure, signInLink('Sign in to try it', { class: 'try' })));
    return;
  }
  let trial = null;
  const buttons = figures.map((figure) => {
    const what = element('span', { class: 'unseen' }, ` (${figure.querySelector('pre').getAttribute('aria-label')})`);
    const button = element('button', { type: 'button', class: 'try', 'aria-expanded': 'false' }, 'Try it', what);
    button.addEventListener('click', () => toggle(button));
    put(figure, button);
    return button;
  });

  function toggle(pressed) {
    if (trial) return trial.close();
    trial = new Trial(asked, () => {
      trial = null;
      expand(false);
      (pressed.checkVisibility() ? pressed : buttons.find((one) => one.checkVisibility()))?.focus();
    });
    trial.element.dataset.in = figures.map((figure) => figure.dataset.in).join(' ');
    figures.at(-1).after(trial.element);
    expand(true);
    return trial.open();
  }

  function expand(is) {
    for (const button of buttons) button.setAttribute('aria-expanded', String(is));
  }
}

/** Puts something into the caption of a block, before what copies it. */
function put(figure, made) {
  const caption = figure.querySelector('figcaption');
  const copy = caption.querySelector('button');
  if (copy) copy.before(made);
  else caption.append(made);
}

function showKey(figure) {
  if (!USES_KEY.test(figure.querySelector('code').textContent)) return;
  const prefix = element('code', {}, `${key.prefix}…`);
  const note = element('small', { class: 'own-key', title: `CUBE_KEY: your key “${key.name}”` }, 'your key ', prefix);
  put(figure, note);
}
