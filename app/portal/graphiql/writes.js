// What a mutation of GraphQL is in REST: its method, address, body and headers, and a read of what its answer lacks.
import { listed } from './conditions.js';
import { membersOf, nestedRequests, pathOf, request, variableOf } from './reads.js';

const OUTCOME = '201 says CREATED; 200 says UPDATED, UNCHANGED or RESTORED.';
const RESULTS = 'REST tells no outcome: each result is a status with the record, or with what is wrong.';
const LOOKED = 'A dry run answers with the record alone: its relations are not there to be read.';
const TWICE = 'No Idempotency-Key: sent twice, it does the same.';

const METHODS = {
  create: 'POST',
  createKey: 'POST',
  update: 'PATCH',
  upsert: 'PUT',
  delete: 'DELETE',
  restore: 'POST',
  rotateKey: 'POST',
};
const ACTIONS = { restore: '/restore', rotateKey: '/rotate' };
const PAYLOADS = ['upsert', 'createKey', 'rotateKey'];

/** The requests of a root field of a mutation. `once` is the idempotency key that comes with the document. */
export function writeRequest(asked, does, resource, rest, once) {
  const { id, input, ifVersion, overlapSeconds, dryRun } = asked.given;
  const method = METHODS[does];
  const path = id === undefined ? `/${resource.path}` : pathOf(resource, String(id), ACTIONS[does]);
  const made = request(asked, method, path, { gives: 'record' });
  made.body = does === 'rotateKey' ? (overlapSeconds === undefined ? null : { overlapSeconds }) : bodyOf(input, resource);
  if (ifVersion !== undefined) made.headers['If-Match'] = `"${ifVersion}"`;
  if (dryRun) made.query.push(['dryRun', 'true']);
  else if (once && ['POST', 'PATCH'].includes(method)) made.headers['Idempotency-Key'] = once;
  else if (once) made.notes.push(TWICE);
  const payload = PAYLOADS.includes(does);
  if (payload) made.gives = 'payload';
  if (payload && asked.fields().some((one) => one.name === 'outcome')) made.notes.push(OUTCOME);
  const records = payload ? asked.fields().filter((one) => resource.name === one.name) : [asked];
  for (const record of records) complete(made, record, does, resource, rest, dryRun);
  return made;
}

/** `POST /batch` */
export function batchRequest(asked, once) {
  const { operations, atomic, dryRun } = asked.given;
  const made = request(asked, 'POST', '/batch', { gives: 'results', body: { atomic, operations: listed(operations ?? []) } });
  if (dryRun) made.query.push(['dryRun', 'true']);
  else if (once) made.headers['Idempotency-Key'] = once;
  if (asked.fields().some((one) => one.name === 'outcome')) made.notes.push(RESULTS);
  return made;
}

/** An input as a body; one value where a list stands is a list. */
function bodyOf(input, resource) {
  if (input === undefined) return null;
  const members = Object.entries(input);
  const isList = (name, value) => resource.lists.includes(name) && value !== null;
  return Object.fromEntries(members.map(([name, value]) => [name, isList(name, value) ? listed(value) : value]));
}

/** A write is answered with the record's own fields: its relations are read after it. */
function complete(made, record, does, resource, rest, dryRun) {
  const { paths, nested } = membersOf(record.fields(resource.type), resource, rest);
  const through = paths.filter((path) => resource.relations[path.split('.')[0]]);
  if (!through.length && !nested.length) return;
  if (dryRun) {
    made.notes.push(LOOKED);
    return;
  }
  const each = { name: variableOf(resource.name), from: 'id' };
  if (through.length) {
    const query = [['fields', ['id', ...through].join(',')]];
    if (does === 'delete' && resource.deletable) query.unshift(['deleted', 'include']);
    const more = { query, gives: 'record', completes: true, each, under: [] };
    made.nested.push(request(record, 'GET', pathOf(resource, `$${each.name}`), more));
  }
  made.nested.push(...nestedRequests(nested, resource, rest));
}
