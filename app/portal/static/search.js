// The search of the header: the passages of all guides, fetched when they are first needed. `/docs/search` has the same
// search for whoever has no scripts (app/portal/search.py).
const [IN_TITLE, IN_GUIDE, MOST_IN_TEXT, AS_PHRASE, MOST_WORDS, MOST_SHOWN] = [16, 8, 5, 4, 8, 20];
const form = document.querySelector('form.search');
const input = document.getElementById('search-words');
const list = document.createElement('ul');
let index = null;
let chosen = -1;

list.id = 'search-found';
list.hidden = true;
list.setAttribute('role', 'listbox');
list.setAttribute('aria-label', 'Found in the guides');
form.append(list);
for (const [name, value] of Object.entries({
  role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false',
})) input.setAttribute(name, value);

// As the API folds text: marks go, and so do the letters that no mark makes.
const LETTERS = { ł: 'l', ø: 'o', đ: 'd', æ: 'ae', œ: 'oe', ð: 'd', þ: 'th', ı: 'i', ß: 'ss', ς: 'σ' };
const folded = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\p{M}/gu, '')
  .replace(/[łøđæœðþıßς]/g, (letter) => LETTERS[letter]);

async function fetched() {
  const answer = await fetch('/docs/search.json');
  if (!answer.ok) throw new Error(`the index of the search: ${answer.status}`);
  return (await answer.json()).map((entry) => ({
    ...entry, words: { title: folded(entry.title), guide: folded(entry.guide), text: folded(entry.text) },
  }));
}

function weight({ title, guide, text }, words) {
  const weighed = [...words, words.join(' ')].map((word) => IN_TITLE * title.includes(word)
    + IN_GUIDE * guide.includes(word) + Math.min(text.split(word).length - 1, MOST_IN_TEXT));
  const phrase = weighed.pop();
  return weighed.every(Boolean) ? weighed.reduce((sum, one) => sum + one, AS_PHRASE * phrase) : 0;
}

function found(asked) {
  const words = folded(asked).split(/\s+/u).filter(Boolean).slice(0, MOST_WORDS);
  if (!words.length) return [];
  const weighed = index.map((entry) => [weight(entry.words, words), entry]).filter(([one]) => one);
  return weighed.sort(([a], [b]) => b - a).slice(0, MOST_SHOWN).map(([, entry]) => entry);
}

function option(entry, number) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  const guide = document.createElement('small');
  item.setAttribute('role', 'none');
  link.id = `search-found-${number}`;
  link.setAttribute('role', 'option');
  link.setAttribute('aria-selected', 'false');
  link.href = entry.url;
  link.tabIndex = -1;
  link.textContent = entry.title;
  guide.textContent = entry.guide;
  link.append(' ', guide);
  item.append(link);
  return item;
}

function close() {
  list.hidden = true;
  chosen = -1;
  input.setAttribute('aria-expanded', 'false');
  input.removeAttribute('aria-activedescendant');
}

async function look() {
  const asked = input.value.trim();
  if (!asked) return close();
  try {
    index ??= await fetched();
  } catch {
    return close(); // Enter still asks the server.
  }
  if (asked !== input.value.trim()) return; // more has been typed meanwhile
  const entries = found(asked);
  close();
  list.replaceChildren(...entries.map(option));
  if (!entries.length) {
    const none = document.createElement('li');
    none.className = 'none';
    none.setAttribute('role', 'option');
    none.setAttribute('aria-disabled', 'true');
    none.textContent = 'Nothing in the guides has all of these words.';
    list.append(none);
  }
  list.hidden = false;
  input.setAttribute('aria-expanded', 'true');
}

function choose(number) {
  const options = [...list.querySelectorAll('a')];
  if (!options.length) return;
  chosen = (number + options.length) % options.length;
  options.forEach((one, i) => one.setAttribute('aria-selected', String(i === chosen)));
  options[chosen].scrollIntoView({ block: 'nearest' });
  input.setAttribute('aria-activedescendant', options[chosen].id);
}

input.addEventListener('input', look);
input.addEventListener('focus', look);
input.addEventListener('keydown', (event) => {
  if (list.hidden) return;
  if (event.key === 'Escape') close();
  else if (event.key === 'ArrowDown') choose(chosen + 1);
  else if (event.key === 'ArrowUp') choose(chosen < 0 ? -1 : chosen - 1);
  else if (event.key === 'Enter' && chosen >= 0) list.querySelectorAll('a')[chosen].click();
  else return;
  event.preventDefault();
});
form.addEventListener('focusout', (event) => {
  if (!form.contains(event.relatedTarget)) close();
});
// A press on a result must not first take the focus, and so the list, away.
list.addEventListener('pointerdown', (event) => event.preventDefault());
list.addEventListener('click', close);

addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input:not([type="radio"]), textarea, select');
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  input.focus();
  input.select();
});
