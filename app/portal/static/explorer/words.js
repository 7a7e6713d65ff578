// Text of the OpenAPI document as elements: what stands between backticks is code.
import { element } from '../element.js';

export function worded(text) {
  return text.split('`').map((part, number) => (number % 2 ? element('code', {}, part) : part));
}

/** Names as code, each by itself. */
export function listed(names) {
  return names.flatMap((name) => [' ', element('code', {}, String(name))]);
}
