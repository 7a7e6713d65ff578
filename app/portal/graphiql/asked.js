// Reads a GraphQL document: the operation that is meant, and what its fields ask for, whichever way it is written.
import { Kind, parse, valueFromASTUntyped } from 'graphql';

const ANY = 'Node';

/** The operation of a document: `{kind, fields}`. Throws an Error whose message can be shown. */
export function operationOf(text, variables = {}, operationName = undefined) {
  const { definitions } = parse(text);
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const operation = chosen(operations, operationName);
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const context = {
    fragments: new Map(fragments.map((one) => [one.name.value, one])),
    variables: withDefaults(operation, variables),
  };
  return { kind: operation.operation, fields: fieldsOf([operation], context) };
}

function chosen(operations, name) {
  if (!operations.length) throw new Error('The document has no operation.');
  const found = name ? operations.filter((one) => one.name?.value === name) : operations;
  if (!found.length) throw new Error(`The document has no operation ${name}.`);
  if (found.length > 1) throw new Error('The document has several operations: name each, and put the cursor into one.');
  return found[0];
}

function withDefaults(operation, given) {
  const found = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (Object.hasOwn(given, name)) found[name] = given[name];
    else if (defaultValue) found[name] = valueFromASTUntyped(defaultValue);
  }
  return found;
}

/**
 * The fields below some nodes, those of one name in the answer as one: `{response, name, given, nodes, fields(type)}`.
 * A fragment on another type than the record's asks for nothing.
 */
function fieldsOf(nodes, context, type) {
  const found = new Map();
  for (const node of nodes) collect(node.selectionSet, context, type, new Set(), found);
  return [...found].map(([response, same]) => ({
    response,
    name: same[0].name.value,
    given: givenTo(same[0], context.variables),
    nodes: same,
    fields: (below) => fieldsOf(same, context, below),
    context,
  }));
}

/** The fields that a record of a type is asked for in several places, such as `nodes` and `edges { node }`. */
export function fieldsBelow(places, type) {
  return places.length ? fieldsOf(places.flatMap((place) => place.nodes), places[0].context, type) : [];
}

function collect(selectionSet, context, type, spread, found) {
  for (const node of selectionSet?.selections ?? []) {
    if (leftOut(node, context.variables)) continue;
    if (node.kind === Kind.FIELD) {
      const response = node.alias?.value ?? node.name.value;
      found.set(response, [...(found.get(response) ?? []), node]);
      continue;
    }
    const name = node.kind === Kind.FRAGMENT_SPREAD ? node.name.value : undefined;
    if (name && spread.has(name)) continue;
    const fragment = name ? context.fragments.get(name) : node;
    if (!fragment) throw new Error(`The document has no fragment ${name}.`);
    const on = fragment.typeCondition?.name.value;
    if (type && on && on !== type && on !== ANY) continue;
    collect(fragment.selectionSet, context, type, name ? new Set([...spread, name]) : spread, found);
  }
}

function leftOut(node, variables) {
  return (node.directives ?? []).some(({ name, arguments: [condition] = [] }) => {
    const value = condition && valueFromASTUntyped(condition.value, variables);
    return name.value === 'skip' ? value === true : name.value === 'include' && value === false;
  });
}

/** The arguments as JSON; one that is null is none. */
function givenTo(node, variables) {
  const given = {};
  for (const { name, value } of node.arguments ?? []) {
    const plain = valueFromASTUntyped(value, variables);
    if (plain !== null && plain !== undefined) given[name.value] = JSON.parse(JSON.stringify(plain));
  }
  return given;
}
