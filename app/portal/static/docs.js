// What a guide does by itself: remembers the language and the colours, copies examples, marks the section in sight.
import { copyButton } from './copy-button.js';

const page = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // The choice lasts as long as this page.
  }
}

// The language of the examples, one for all guides.
const languages = document.querySelectorAll('input[name="language"]');

function show(language) {
  page.dataset.language = language;
  for (const input of languages) input.checked = input.value === language;
}

for (const input of languages) {
  input.addEventListener('change', () => {
    // What is being read stays where it is, however long the examples above it become.
    const read = [...document.querySelectorAll('.part')].find((one) => one.getBoundingClientRect().bottom > 120);
    const top = read?.getBoundingClientRect().top;
    show(input.value);
    if (read) scrollBy({ top: read.getBoundingClientRect().top - top, behavior: 'instant' });
    remember('cube-language', input.value);
  });
}
show(page.dataset.language);

// The colours: those of the system, until the reader wants the others.
const colours = document.getElementById('use-dark');
const isDark = () => (page.dataset.colours ?? (dark.matches ? 'dark' : 'light')) === 'dark';

function paint() {
  colours.setAttribute('aria-pressed', String(isDark()));
}

colours.addEventListener('click', () => {
  const wanted = isDark() ? 'light' : 'dark';
  const own = (wanted === 'dark') === dark.matches;
  if (own) delete page.dataset.colours;
  else page.dataset.colours = wanted;
  remember('cube-colours', own ? null : wanted);
  paint();
});
dark.addEventListener('change', paint);
colours.hidden = false;
paint();

// What another page of the portal has been told holds here too.
addEventListener('storage', (event) => {
  if (event.key === 'cube-language' && event.newValue) show(event.newValue);
  if (event.key === 'cube-colours') {
    if (event.newValue) page.dataset.colours = event.newValue;
    else delete page.dataset.colours;
    paint();
  }
});

// A button at each example copies it.
for (const caption of document.querySelectorAll('.example figcaption')) {
  caption.append(copyButton(caption.parentElement.querySelector('code'), caption.firstChild.textContent.trim()));
}

// The section in sight is marked in the contents.
const links = new Map();
for (const link of document.querySelectorAll('.contents ul ul a')) links.set(link.hash.slice(1), link);
const places = [...links.keys()].map((id) => document.getElementById(id));

function mark() {
  const end = scrollY + innerHeight >= page.scrollHeight - 2;
  const passed = places.filter((place) => place.getBoundingClientRect().top < 160);
  const current = (end ? places : passed).at(-1);
  for (const [id, link] of links) {
    if (id === current?.id) link.setAttribute('aria-current', 'location');
    else link.removeAttribute('aria-current');
  }
}

let waiting = false;
addEventListener('scroll', () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mark();
  });
}, { passive: true });
mark();
