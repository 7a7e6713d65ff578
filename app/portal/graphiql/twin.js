// The twins of a GraphQL document: the requests of REST that ask for the same.
import { fieldsBelow, operationOf } from './asked.js';
import { filterParameters } from './conditions.js';
import {
  meRequest,
  membersOf,
  nestedRequests,
  pageRequest,
  recordRequests,
  request,
  statsRequest,
} from './reads.js';
import { batchRequest, writeRequest } from './writes.js';

const NO_KIND = 'REST asks for a record by what it is, which this id does not say.';
const ANY_ORDER = 'REST gives these in the order of the list, and leaves out those that are not there.';
const SCHEMA = 'REST gives the schema as a text. That of REST itself is at /openapi.json.';
const NOTHING = 'REST has nothing like it.';

/**
 * The requests of an operation, in its order: `[{field, method, path, query, headers, body, notes, each, nested}]`.
 * One with `each` is made for every record of the answer around it: `$NAME` in its path stands for `from` of the record.
 * `rest` is what `/docs/graphiql.json` says of REST's names. Throws an Error whose message can be shown.
 */
export function twinsOf(document, variables, operationName, { rest, headers = {} }) {
  const { kind, fields } = operationOf(document, variables, operationName);
  if (kind === 'subscription') throw new Error(NOTHING);
  const once = Object.entries(headers).find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1];
  const writes = kind === 'mutation';
  return fields.flatMap((asked, index) => {
    const [does, name] = rest.roots[asked.name] ?? [];
    if (!does) return [none(asked)];
    const resource = rest.resources[name];
    const key = once && fields.length > 1 ? `${once}-${index + 1}` : once;
    if (does === 'batch') return [batchRequest(asked, key)];
    return writes ? [writeRequest(asked, does, resource, rest, key)] : readRequests(asked, does, resource, rest);
  });
}

function readRequests(asked, does, resource, rest) {
  switch (does) {
    case 'list':
      return [pageRequest(asked, resource, rest)];
    case 'single':
      return recordRequests(asked, resource, rest, String(asked.given.id));
    case 'stats':
      return [statsRequest(asked, resource, rest)];
    case 'me':
      return [meRequest(asked, resource, rest)];
    case 'node':
      return nodeRequests(asked, rest);
    default:
      return nodesRequests(asked, rest);
  }
}

function nodeRequests(asked, rest) {
  const resource = ofId(asked.given.id, rest);
  return resource ? recordRequests(asked, resource, rest, String(asked.given.id)) : [none(asked, NO_KIND)];
}

/** One list for each resource among the ids. */
function nodesRequests(asked, rest) {
  const ids = [asked.given.ids ?? []].flat();
  const resources = new Set(ids.map((id) => ofId(id, rest)));
  return [...resources].map((resource) => {
    if (!resource) return none(asked, NO_KIND);
    const of = [...new Set(ids.filter((id) => ofId(id, rest) === resource))];
    const { paths, nested } = membersOf(fieldsBelow([asked], resource.type), resource, rest);
    const query = [
      ...filterParameters({ id: { in: of } }, resource, rest, false),
      ['limit', String(of.length)],
      ['fields', [...new Set(['id', ...paths])].join(',')],
    ];
    const more = { query, gives: 'some', notes: [ANY_ORDER], nested: nestedRequests(nested, resource, rest) };
    return request(asked, 'GET', `/${resource.path}`, more);
  });
}

function ofId(id, rest) {
  const prefix = String(id).split('_')[0];
  return Object.values(rest.resources).find((one) => one.prefix === prefix);
}

function none(asked, note = NOTHING) {
  const schema = ['__schema', '__type'].includes(asked.name);
  const more = { notes: [schema ? SCHEMA : note], gives: 'nothing' };
  return request(asked, schema ? 'GET' : null, schema ? '/schema.graphql' : null, more);
}
