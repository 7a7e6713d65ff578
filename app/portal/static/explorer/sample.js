// A body to begin with, made of the examples in a schema.

/** As text; of a schema without an example of its own, what it requires, or else the first member that has one. */
export function sampleOf(api, schema) {
  return JSON.stringify(valueOf(api, schema), null, 2);
}

function valueOf(api, schema) {
  const told = api.resolved(schema);
  if (hasOwn(told)) return ownOf(told);
  if (!told.properties) return told.type === 'array' ? [] : {};
  const members = Object.entries(told.properties);
  const required = members.filter(([name]) => told.required?.includes(name));
  const shown = required.length ? required : members.filter(([, one]) => hasOwn(one)).slice(0, 1);
  return Object.fromEntries(shown.map(([name, one]) => [name, valueOf(api, one)]));
}

const hasOwn = (schema) => Boolean(schema.examples?.length) || 'default' in schema;
const ownOf = (schema) => (schema.examples?.length ? schema.examples[0] : schema.default);
