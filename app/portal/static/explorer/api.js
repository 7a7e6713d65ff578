// The OpenAPI document as its reader may see it: its operations, and what its references lead to.
const SHARED = 'parameters';
const EXTENSION = /^x-/; // a method that OpenAPI 3.1 has no name for stands under `x-` and its name

/** The document, told to whoever has this key or token, or none; throws an Error with what the server says. */
export async function fetchedApi(bearer) {
  const headers = bearer ? { Authorization: `Bearer ${bearer}` } : {};
  const cache = bearer ? 'no-store' : 'default';
  const response = await fetch('/openapi.json', { headers, cache, credentials: 'omit' });
  const told = await response.json();
  if (!response.ok) throw new Error(told.detail ?? told.message);
  return new Api(told);
}

export class Api {
  constructor(document) {
    this.document = document;
    this.info = document.info;
    this.operations = Object.entries(document.paths).flatMap(([path, item]) => this.#operations(path, item));
  }

  /** What a reference leads to, or the part itself. */
  resolved(part) {
    if (!part?.$ref) return part;
    const names = part.$ref.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    return this.resolved(names.reduce((found, name) => found[name], this.document));
  }

  /** The last name of a reference. */
  nameOf(part) {
    return part?.$ref?.split('/').at(-1) ?? null;
  }

  #operations(path, item) {
    const methods = Object.entries(item).filter(([name]) => name !== SHARED);
    return methods.map(([name, told]) => ({
      id: told.operationId,
      method: name.replace(EXTENSION, '').toUpperCase(),
      path,
      tag: told.tags?.[0] ?? '',
      summary: told.summary ?? '',
      description: told.description ?? '',
      parameters: [...(item[SHARED] ?? []), ...(told.parameters ?? [])].map((one) => this.resolved(one)),
      body: this.resolved(told.requestBody),
      responses: Object.entries(told.responses).map(([status, one]) => ({ status, ...this.resolved(one) })),
      isOpen: (told.security ?? this.document.security ?? []).length === 0,
    }));
  }
}
