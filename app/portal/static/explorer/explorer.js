// The explorer of the REST API: which operation is open, by the address, and what its caller may see of the document.
import { element } from '../element.js';
import { fetchedApi } from './api.js';
import { Caller } from './caller.js';
import { OperationList, operationOf } from './operation-list.js';
import { OperationView } from './operation-view.js';
import { worded } from './words.js';

const TITLE = document.title;
const narrow = matchMedia('(max-width: 80rem)');
const folding = document.getElementById('operations');
const place = document.getElementById('operation');
const list = new OperationList({
  input: document.getElementById('operation-words'),
  status: document.getElementById('operation-count'),
  place: document.getElementById('operation-list'),
});
const caller = new Caller(reload);
let api = null;

document.getElementById('caller').append(caller.element);
await caller.met();
await reload();
if (operationOf(location.hash)) place.scrollIntoView();
addEventListener('hashchange', () => open({ isAsked: true }));
narrow.addEventListener('change', fold);

/** Asks for the document anew: as this caller may see it, or else as anybody. */
async function reload() {
  // The form that is open goes at once, not when the answer comes: what is filled in meanwhile would go with it.
  place.replaceChildren(said(['Asking what this caller may see.'], { role: 'status' }));
  try {
    api = await fetchedApi(await caller.bearer());
    caller.complain(null);
  } catch (error) {
    caller.complain(error.message);
    api = await fetchedApi(null);
  }
  list.show(api);
  open({ isAsked: false });
}

/** Opens what the address names. If somebody has asked for it just now, they are brought there. */
function open({ isAsked }) {
  const id = operationOf(location.hash);
  const operation = api.operations.find((one) => one.id === id);
  list.mark(id);
  fold();
  if (!operation) {
    place.replaceChildren(id ? nothing(id) : welcome());
    document.title = TITLE;
    return;
  }
  const view = new OperationView(api, operation, caller);
  place.replaceChildren(view.element);
  document.title = `${operation.id} - ${TITLE}`;
  if (isAsked) view.title.focus();
}

/** On a narrow screen the list is there until an operation is chosen. */
function fold() {
  folding.open = !narrow.matches || !operationOf(location.hash);
}

function welcome() {
  const { summary, description } = api.info;
  return said(worded(`${summary} ${description}`));
}

function nothing(id) {
  const words = ['There is no operation ', element('code', {}, id), ' here: choose one from the list.'];
  return said(words, { role: 'status' });
}

function said(words, given = {}) {
  const prose = element('div', { class: 'prose' }, element('p', given, words));
  return element('section', {}, element('div', { class: 'part' }, prose));
}
