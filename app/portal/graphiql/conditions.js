// A filter of GraphQL as REST has it: as parameters of an address where each condition fits one, else as JSON.

const LOGIC = ['and', 'or', 'not'];
const LISTS = ['in', 'notIn'];
const KEY = /^[A-Za-z0-9_-]+$/;
// What an address would read as a number or a truth value.
const NO_TEXT = /^(true|false|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$/;

/** The parameters, `[[name, value], …]`. `exact`: a cursor comes with them, which fits the very same filter only. */
export function filterParameters(filter, resource, rest, exact) {
  if (!filter || !Object.keys(filter).length) return [];
  const ordered = inOrder(filter, resource, rest);
  const found = Object.entries(ordered).map(([name, value]) => parameter(name, value, resource, rest, exact));
  return found.every(Boolean) ? found : [['filter', JSON.stringify(ordered)]];
}

/** The same filter as GraphQL reads it: members in the order of their type, one value where a list may be as a list. */
export function inOrder(filter, resource, rest) {
  if (!isObject(filter)) return filter;
  const order = [...resource.fields, ...Object.keys(resource.relations), ...LOGIC];
  return sorted(filter, order, (name, value) => {
    const relation = resource.relations[name];
    if (relation) return inOrder(value, rest.resources[relation.to], rest);
    if (name === 'not') return inOrder(value, resource, rest);
    if (LOGIC.includes(name)) return value && listed(value).map((one) => inOrder(one, resource, rest));
    if (resource.maps.includes(name)) return value;
    return operators(value, resource.parts[name] ?? [], rest);
  });
}

function operators(value, parts, rest) {
  if (!isObject(value)) return value;
  return sorted(value, [...parts, ...rest.operators], (name, one) => {
    if (parts.includes(name)) return operators(one, [], rest);
    return LISTS.includes(name) && one !== null ? listed(one) : one;
  });
}

function sorted(value, order, made) {
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const names = Object.keys(value).sort((a, b) => place(a) - place(b));
  return Object.fromEntries(names.map((name) => [name, made(name, value[name])]));
}

/** One member of a filter as a parameter, or null where it is more than one condition, or can't be said in one. */
function parameter(name, value, resource, rest, exact) {
  const path = [name];
  let [owner, held] = [name, value];
  while (resource.relations[owner]) {
    const inner = only(held);
    if (!inner) return null;
    resource = rest.resources[resource.relations[owner].to];
    [owner, held] = inner;
    path.push(owner);
  }
  if (!resource.fields.includes(owner) || rest.parameters.includes(path[0])) return null;
  const below = only(held);
  const isMap = resource.maps.includes(owner);
  if (below && (isMap || resource.parts[owner]?.includes(below[0]))) {
    if (!KEY.test(below[0])) return null;
    path.push(below[0]);
    held = below[1];
  }
  const condition = only(held);
  if (!condition) return null;
  const typed = resource.typed.includes(owner);
  const text = typed && (exact || NO_TEXT.test(condition[1])) ? null : textOf(...condition, typed);
  if (text === null || !rest.operators.includes(condition[0])) return null;
  return [`${path.join('.')}${condition[0] === 'eq' ? '' : `[${condition[0]}]`}`, text];
}

function textOf(operator, value, typed) {
  if (operator === 'isNull') return typeof value === 'boolean' ? String(value) : null;
  if (!LISTS.includes(operator)) return single(value);
  const texts = value?.map(single);
  const fits = texts?.every((one) => one && !one.includes(',') && !(typed && NO_TEXT.test(one)));
  return fits ? texts.join(',') : null;
}

function single(value) {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : null;
}

/** The one member of an object, if it has just one. */
function only(value) {
  const members = isObject(value) ? Object.entries(value) : [];
  return members.length === 1 ? members[0] : null;
}

export function listed(value) {
  return Array.isArray(value) ? value : [value];
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
