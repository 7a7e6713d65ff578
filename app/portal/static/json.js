// JSON as it is shown: indented without a change to any value, and in the colours of the examples.
import { element } from './element.js';

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;
const PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|(?<![\w"])(-?\d[\d.eE+-]*|true|false|null)(?!\w)/g;
const MOST_COLOURED = 200_000; // characters: more would make the page slow

/** The text with a line for each member. A number keeps its digits and an object its order, which parsing may change. */
export function indented(text) {
  let [shown, depth, before] = ['', 0, ''];
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '}' || token === ']') {
      depth -= 1;
      if (before !== '{' && before !== '[') shown += line();
    } else if (before === '{' || before === '[' || before === ',') shown += line();
    shown += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return shown;
}

/** Whether the text is JSON. */
export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What a code element holds to show the text: names, texts, numbers and words each in their colour. */
export function coloured(text) {
  const shown = document.createDocumentFragment();
  if (text.length > MOST_COLOURED) {
    shown.append(text);
    return shown;
  }
  let at = 0;
  for (const found of text.matchAll(PARTS)) {
    const [, quoted, colon, bare] = found;
    const kind = colon ? 'nt' : quoted ? 's2' : /[a-z]$/.test(bare) ? 'kc' : 'mi';
    shown.append(text.slice(at, found.index), element('span', { class: kind }, quoted ?? bare));
    at = found.index + (quoted ?? bare).length;
  }
  shown.append(text.slice(at));
  return shown;
}
