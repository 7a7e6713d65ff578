// A schema as a list of its members; what it refers to is unfolded when somebody wants to see it.
import { element } from '../element.js';
import { listed, worded } from './words.js';

/** The type in a few words. */
export function typeOf(api, schema) {
  if (schema.$ref) return api.nameOf(schema);
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(api, one)).join(' or ');
  const types = [schema.type ?? 'any'].flat();
  const words = types.map((type) => {
    if (type === 'array' && schema.items) return `list of ${typeOf(api, schema.items)}`;
    return type === 'string' && schema.format ? schema.format : type;
  });
  return words.join(' or ');
}

/** The values that it may have, if they are told. */
export const choicesOf = (schema) => (schema.enum ?? []).filter((one) => one !== null);

/** What is known of a schema that stands by itself. */
export function schemaView(api, schema) {
  const told = api.resolved(schema);
  if (told.properties) return membersOf(api, told);
  const inner = refsIn(told);
  return element('div', {}, element('p', {}, typeOf(api, told)), inner.map((one) => folded(api, one)));
}

function membersOf(api, schema) {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties);
  return element('ul', { class: 'fields' }, members.map(([name, one]) => memberOf(api, name, one, required.has(name))));
}

function memberOf(api, name, schema, isRequired) {
  const rules = [typeOf(api, schema), isRequired && 'required', 'default' in schema && `${schema.default} by default`];
  const choices = choicesOf(schema.type === 'array' ? (schema.items ?? {}) : schema);
  const item = element(
    'li', {}, element('code', {}, name), ' ', element('em', {}, rules.filter(Boolean).join(', ')), ' ',
    worded(schema.description ?? ''), choices.length > 0 && [' One of', listed(choices), '.'],
  );
  if (schema.properties) item.append(membersOf(api, schema));
  item.append(...refsIn(schema).map((one) => folded(api, one)));
  return item;
}

/** The references in a schema, but those in its members. */
function refsIn(schema) {
  if (schema.$ref) return [schema];
  return [...(schema.anyOf ?? []), schema.items].filter(Boolean).flatMap(refsIn);
}

function folded(api, reference) {
  const inside = element('div');
  const unfold = () => inside.hasChildNodes() || inside.append(schemaView(api, reference));
  return element('details', { toggle: unfold }, element('summary', {}, api.nameOf(reference)), inside);
}
