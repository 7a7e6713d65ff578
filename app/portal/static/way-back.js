// The way back from signing in to the place where somebody was asked to. It is remembered by this tab alone.
import { element } from './element.js';

const STORED = 'cube.back';
const SIGN_IN = '/docs/authentication#your-keys';
const OURS = /^\/docs(\/[a-z]+)?(#.*)?$/;

/** A link to sign in, from which there is a way back to the part of the guide that it stands in. */
export function signInLink(words, given = {}) {
  return element('a', { ...given, href: SIGN_IN, click: (event) => remember(event.currentTarget) }, words);
}

/** On the page of keys, to whoever has signed in: the way back, once. */
export function offerWayBack() {
  const who = document.querySelector('.account .who p');
  const back = stored();
  if (!who || !back) return;
  sessionStorage.removeItem(STORED);
  who.append(' ', element('a', { href: back }, 'Back to where you were'));
}

function remember(link) {
  const part = link.closest('.part[id]') ?? link.closest('section')?.querySelector('.part[id]');
  try {
    sessionStorage.setItem(STORED, location.pathname + (part ? `#${part.id}` : location.hash));
  } catch {
    // There is no way back where the browser keeps nothing.
  }
}

function stored() {
  try {
    const back = sessionStorage.getItem(STORED) ?? '';
    return OURS.test(back) ? back : null;
  } catch {
    return null;
  }
}
