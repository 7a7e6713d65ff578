// What a read of GraphQL is in REST: a page, a record, counts, and a request more for each relation to many.
import { fieldsBelow } from './asked.js';
import { filterParameters, inOrder, listed } from './conditions.js';

const ARGUMENTS = ['filter', 'orderBy', 'search', 'deleted', 'first', 'after', 'last', 'before'];
const LONGEST_QUERY = 4000;
const LARGEST_PAGE = 1000;

export function request(asked, method, path, more = {}) {
  return { field: asked.response, method, path, query: [], headers: {}, body: null, notes: [], nested: [], ...more };
}

/** The path of a record. What stands for an id, such as `$CLIENT_ID`, is not a reference yet. */
export function pathOf(resource, id, action = '') {
  return `/${resource.path}/${id.startsWith('$') ? id : inPath(id)}${action}`;
}

function inPath(reference) {
  return encodeURIComponent(reference).replaceAll('%3A', ':').replaceAll('%40', '@');
}

/** `holder`: the record whose list it is, `{resource, id, back}`; a list at the root has none. */
export function pageRequest(asked, resource, rest, holder) {
  const { places, totals, ends } = partsOf(asked);
  const { paths, nested } = membersOf(fieldsBelow(places, resource.type), resource, rest);
  const size = !places.length && !ends ? { first: 1 } : holder ? { first: rest.nestedSize } : {};
  const given = { ...asked.given };
  if (given.first === undefined && given.last === undefined) Object.assign(given, size);
  const shape = { count: totals || undefined, fields: (paths.length ? paths : ['id']).join(',') };
  const all = `/${resource.path}`;
  const inAddress = addressed(given, shape, resource, rest);
  const long = inAddress && inAddress.flat().join().length > LONGEST_QUERY;
  const made =
    inAddress && !long
      ? request(asked, 'GET', holder ? pathOf(holder.resource, holder.id, `/${asked.name}`) : all, { query: inAddress })
      : request(asked, 'QUERY', all, { body: bodyOf(given, shape, resource, rest, holder) });
  if (holder && (given.after || given.before)) made.notes.push('A cursor of this list comes from this request itself.');
  return { ...made, gives: 'page', nested: nestedRequests(nested, resource, rest) };
}

/** Where a list asks for records, whether for their number, and for what is about the page's ends. */
function partsOf(asked) {
  const members = asked.fields();
  const edges = members.filter((one) => one.name === 'edges').flatMap((one) => one.fields());
  return {
    places: [...members.filter((one) => one.name === 'nodes'), ...edges.filter((one) => one.name === 'node')],
    totals: members.some((one) => one.name === 'totalCount'),
    ends: members.some((one) => one.name === 'pageInfo') || edges.some((one) => one.name === 'cursor'),
  };
}

/** The parameters of a list, or null where an address can't say which end of it is asked for. */
function addressed(given, shape, resource, rest) {
  const { first, last, after, before } = given;
  const backward = last !== undefined && before !== undefined && first === undefined && after === undefined;
  if (last === undefined ? first !== undefined && before !== undefined : !backward) return null;
  return pairs([
    ...filterParameters(given.filter, resource, rest, Boolean(after || before)),
    ['q', given.search],
    ['deleted', given.deleted?.toLowerCase()],
    ['sort', sortText(given.orderBy, resource)],
    ['limit', first ?? last],
    ['after', after],
    ['before', before],
    ...unknown(given),
    ['count', shape.count],
    ['fields', shape.fields],
  ]);
}

function bodyOf(given, shape, resource, rest, holder) {
  const { first, last, after, before, deleted, search: q, orderBy } = given;
  const asked = given.filter && inOrder(given.filter, resource, rest);
  const within = holder && { [holder.back]: { id: { eq: holder.id } } };
  const filter = within && asked ? { and: [within, asked] } : (within ?? asked);
  const order = orderBy && listed(orderBy);
  return { filter, orderBy: order, q, deleted, first, last, after, before, ...shape, ...Object.fromEntries(unknown(given)) };
}

function sortText(orderBy, resource) {
  const keys = listed(orderBy ?? []).map(
    ({ field, direction }) => `${direction === 'DESC' ? '-' : ''}${resource.sorts[field] ?? field}`,
  );
  return keys.length ? keys.join(',') : undefined;
}

function unknown(given, known = ARGUMENTS) {
  return Object.entries(given).filter(([name]) => !known.includes(name));
}

function pairs(all) {
  return all.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
}

/** `GET /customers/{ref}`; where only its lists are asked for, these alone. `id` is a reference, or stands for one. */
export function recordRequests(asked, resource, rest, id) {
  const fields = asked.fields(resource.type);
  const { paths: all, nested } = membersOf(fields, resource, rest);
  const paths = fields.some((one) => one.name === 'id') ? all : withoutId(all);
  const deleted = asked.given.deleted?.toLowerCase();
  const lists = nestedRequests(nested, resource, rest, id);
  if (lists.length && paths.every((path) => path === 'id')) {
    return [request(asked, null, null, { gives: 'lists', nested: lists })];
  }
  const query = pairs([...unknown(asked.given, ['id', 'deleted']), ['deleted', deleted], ['fields', paths.join(',')]]);
  const made = request(asked, 'GET', pathOf(resource, id), { query, gives: 'record', nested: lists });
  if (lists.length && deleted && deleted !== 'exclude') made.notes.push('The lists of a deleted record have no address.');
  return [made];
}

/** Without the id, which is known, unless nothing else of the record itself is asked for. */
function withoutId(paths) {
  const own = paths.filter((path) => !path.includes('.') && path !== 'id');
  return own.length ? paths.filter((path) => path !== 'id') : paths;
}

/** `GET /customers/stats` */
export function statsRequest(asked, resource, rest) {
  const { by, filter, search } = asked.given;
  const query = pairs([
    ['by', by && listed(by).join(',')],
    ...filterParameters(filter, resource, rest, false),
    ['q', search],
    ...unknown(asked.given, ['by', 'filter', 'search']),
  ]);
  return request(asked, 'GET', `/${resource.path}/stats`, { query, gives: 'stats' });
}

/** `GET /me`, which takes no parameters. */
export function meRequest(asked, resource, rest) {
  const { nested } = membersOf(asked.fields(resource.type), resource, rest);
  return request(asked, 'GET', '/me', { gives: 'record', nested: nestedRequests(nested, resource, rest) });
}

/**
 * The members that are asked of a record: `paths` for REST's `fields`, and `nested`, those that need requests of their
 * own. A level that `fields` does not name has all its fields, so that each one is named by its id at least.
 */
export function membersOf(fields, resource, rest, under = []) {
  const at = (name) => [...under, name].join('.');
  const [own, deeper, nested] = [new Set(), [], []];
  for (const asked of fields) {
    const relation = resource.relations[asked.name];
    if (asked.name === '__typename' || resource.beside.includes(asked.name)) continue;
    if (asked.name === rest.changes.name || relation?.many || (relation && under.length === rest.hops)) {
      const key = relation && !relation.many ? relation.id : 'id';
      nested.push({ asked, holder: resource, relation, under, from: at(key) });
      own.add(at(key));
    } else if (relation) {
      const to = rest.resources[relation.to];
      const found = membersOf(asked.fields(to.type), to, rest, [...under, asked.name]);
      deeper.push(...found.paths);
      nested.push(...found.nested);
    } else {
      const parts = (resource.parts[asked.name] && asked.fields().filter((one) => one.name !== '__typename')) || [];
      for (const path of parts.length ? parts.map((one) => `${asked.name}.${one.name}`) : [asked.name]) own.add(at(path));
    }
  }
  return { paths: [...(own.size ? own : [at('id')]), ...new Set(deeper)], nested };
}

/** The requests for what no other answer holds, each for one record, or for `id` where that is known already. */
export function nestedRequests(nested, resource, rest, id) {
  return nested.flatMap(({ asked, holder, relation, under, from }) => {
    const to = relation && rest.resources[relation.to];
    const name = variableOf((relation && !relation.many ? to : holder).name);
    const known = id !== undefined && from === 'id';
    const ref = known ? id : `$${name}`;
    const each = known ? null : { name, from };
    const made = !relation
      ? [historyRequest(asked, holder, ref, rest)]
      : relation.many
        ? [pageRequest(asked, to, rest, { resource: holder, id: ref, back: relation.back })]
        : recordRequests(asked, to, rest, ref);
    return made.map((one) => ({ ...one, each, under }));
  });
}

/** `GET /customers/{ref}/changes`, which goes forward from the oldest, or backward from a cursor. */
function historyRequest(asked, resource, id, rest) {
  const { totals } = partsOf(asked);
  const given = { ...asked.given };
  const made = request(asked, 'GET', pathOf(resource, id, `/${rest.changes.name}`), { gives: 'history' });
  if (given.first === undefined && given.last === undefined) given.first = rest.nestedSize;
  if (addressed(given, {}, rest.changes, rest) === null) {
    made.notes.push(`REST can't begin a history at this end: ask for all of it, and take ${ending(given)} of the answer.`);
    Object.assign(made, { first: given.first, last: given.last });
    Object.assign(given, { first: LARGEST_PAGE, last: undefined, before: undefined });
  } else if (given.after || given.before) {
    made.notes.push('A cursor of a history comes from this request itself.');
  }
  made.query = addressed(given, { count: totals || undefined }, rest.changes, rest);
  return made;
}

function ending({ first, last }) {
  return last === undefined ? `the first ${first} before the cursor` : `the last ${last}`;
}

/** `apiKey` -> `API_KEY_ID` */
export function variableOf(name) {
  return `${name.replace(/[A-Z]/g, '_$&').toUpperCase()}_ID`;
}
