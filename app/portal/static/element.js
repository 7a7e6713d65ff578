// Makes an element of the page: its tag, its attributes and listeners, and what it holds.

/** Attributes that are false, null or undefined are left out; a function listens to the event of that name. */
export function element(tag, given = {}, ...held) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...held.flat(Infinity).filter((one) => one != null && one !== false));
  return made;
}

let made = 0;

/** An id that no other element of the page has. */
export function freshId(words) {
  made += 1;
  return `${words}-${made}`;
}
