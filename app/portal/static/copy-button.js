// A button that copies the text of a code element.
import { element } from './element.js';

const SHOWN_FOR = 2000; // milliseconds

/** `what` tells those who don't see where it stands what it copies. */
export function copyButton(code, what) {
  const ready = () => button.replaceChildren('Copy', element('span', { class: 'unseen' }, ` ${what}`));
  const button = element('button', {
    type: 'button',
    'aria-live': 'polite',
    click: async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = 'Copied';
      } catch {
        // Outside https and this machine browsers have no clipboard for pages.
        getSelection().selectAllChildren(code);
        button.textContent = 'Press Ctrl+C';
      }
      setTimeout(ready, SHOWN_FOR);
    },
  });
  ready();
  return button;
}
