/**
 * Cube's directory of users, customers and clients, from JavaScript: an ES module for Node and browsers, on fetch alone.
 *
 *     import { Cube } from "cube-api";
 *
 *     const cube = new Cube({ url: "https://cube.example", key: "cube_…" });   // in Node also from CUBE_URL and CUBE_KEY
 *     for await (const customer of cube.customers.list({ status: "ACTIVE", expand: ["client"] })) {
 *       console.log(customer.name, customer.email);
 *     }
 *
 * The file reads from top to bottom: errors, what can be asked, lists, how a request is sent and sent again.
 * The types of all of it stand in cube-api.d.ts.
 */

export const VERSION = "0.1.0";

/** A `Retry-After` of more seconds is thrown at once: who calls knows better what to do in the meantime. */
export const LONGEST_WAIT = 60;

const FIRST_BACKOFF = 0.25;
const LONGEST_BACKOFF = 8;
const LONGEST_QUERY = 4000; // what is longer goes into a body, by QUERY: a URL has its limits on the way
const LISTED = ["filter", "q", "sort", "limit", "fields", "expand", "deleted", "count", "after", "before"];

// ------------------------------------------------------------------------------------------------------------ errors

/**
 * What is thrown, by what the status of the answer is:
 *
 * CubeError
 * ├── NoAnswerError            the connection failed, was broken off, or took too long
 * ├── BadRequestError          400
 * ├── AuthenticationError      401
 * ├── PermissionDeniedError    403
 * ├── NotFoundError            404
 * ├── ConflictError            409
 * ├── PreconditionFailedError  412
 * ├── RateLimitError           429
 * ├── ServerError              500 and above
 * └── GraphQLError             errors of a GraphQL answer, whatever their status
 */
export class CubeError extends Error {
  constructor(message, { statusCode, code, detail, traceId, fields, currentVersion, cause } = {}) {
    const where = traceId ? ` (trace ${traceId})` : "";
    super(`${statusCode ? `${statusCode} ` : ""}${message}${detail ? ` ${detail}` : ""}${where}`, { cause });
    this.name = new.target.name;
    this.title = message;
    this.statusCode = statusCode ?? null; // null where no answer came
    this.code = code ?? null; // which problem it is, such as already_exists: what a program should go by
    this.detail = detail ?? null;
    this.traceId = traceId ?? null; // names the request in Cube's log
    this.fields = fields ?? {}; // each failing path, such as address.country, and what is wrong there
    this.currentVersion = currentVersion ?? null; // after a 412, the version that the record is at
  }
}

export class NoAnswerError extends CubeError {}
export class BadRequestError extends CubeError {}
export class AuthenticationError extends CubeError {}
export class PermissionDeniedError extends CubeError {}
export class NotFoundError extends CubeError {}
export class ConflictError extends CubeError {}
export class PreconditionFailedError extends CubeError {}
export class RateLimitError extends CubeError {}
export class ServerError extends CubeError {}

/** The first error's facts; `errors` are all of them, `data` is what could be answered nevertheless. */
export class GraphQLError extends CubeError {
  constructor(errors, data) {
    const { statusCode, code, detail, traceId, errors: fields } = errors[0].extensions ?? {};
    super(errors[0].message, { statusCode, code, detail, traceId, fields });
    this.errors = errors;
    this.data = data;
  }
}

const BY_STATUS = new Map([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [412, PreconditionFailedError],
  [429, RateLimitError],
]);

/** The error that an answer tells of, be it Cube's own or that of something on the way to it. */
function errorOf(answer, text) {
  const told = object(text);
  if (Array.isArray(told.errors) && told.errors.length) return new GraphQLError(told.errors, told.data ?? null);
  const Kind = BY_STATUS.get(answer.status) ?? (answer.status >= 500 ? ServerError : CubeError);
  const tag = /^"(\d+)"$/.exec(answer.headers.get("ETag") ?? "");
  return new Kind(told.message ?? "The answer is not one of Cube's.", {
    statusCode: answer.status,
    code: told.code,
    detail: told.detail,
    traceId: told.traceId ?? answer.headers.get("traceresponse"),
    fields: told.errors,
    currentVersion: answer.status === 412 && tag ? Number(tag[1]) : null,
  });
}

function object(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

// ------------------------------------------------------------------------------------------------- what can be asked

/** The records of one resource. `ref` is an id or a reference such as `email:jane@x.io`. */
class Records {
  constructor(door, path) {
    this.door = door;
    this.path = path;
  }

  /**
   * Every record that matches, in pages of `limit`: `for await (const one of cube.customers.list({…}))`.
   *
   * `filter` is the filter grammar of the API. Any member that is no argument of a list is a field and a condition on
   * it: a value means equality, an array `in`, null that there is none, and an object is the grammar again. With
   * `before` the pages go backwards from there.
   */
  list(asked = {}, options = {}) {
    return new Listing(this.door, listed(path(this.path), listParams(asked)), options);
  }

  get(ref, { fields, expand, deleted, ...options } = {}) {
    const params = given({ fields: names(fields), expand: names(expand), deleted });
    return this.door.json({ method: "GET", path: path(this.path, ref), params }, options);
  }

  create(data, { idempotencyKey, dryRun, ...options } = {}) {
    const headers = once({ idempotencyKey });
    return this.door.json({ method: "POST", path: path(this.path), params: given({ dryRun }), body: data, headers }, options);
  }

  /** Changes the fields that `data` has; null clears one. With `ifVersion`, only if nobody else was faster. */
  update(ref, data, { ifVersion, idempotencyKey, dryRun, ...options } = {}) {
    const headers = once({ idempotencyKey, ifVersion });
    const request = { method: "PATCH", path: path(this.path, ref), params: given({ dryRun }), body: data, headers };
    return this.door.json(request, options);
  }

  delete(ref, { ifVersion, idempotencyKey, dryRun, ...options } = {}) {
    const headers = once({ idempotencyKey, ifVersion });
    return this.door.json({ method: "DELETE", path: path(this.path, ref), params: given({ dryRun }), headers }, options);
  }

  /** What was done to a record, oldest first; conditions as in `list`. */
  history(ref, asked = {}, options = {}) {
    return new Listing(this.door, { method: "GET", path: path(this.path, ref, "changes"), params: listParams(asked) }, options);
  }
}

/** The records of users, clients or customers. */
class DirectoryRecords extends Records {
  /** Changes the record that `ref` finds, or makes it: `const { record, created } = await cube.customers.upsert(…)`. */
  async upsert(ref, data, { ifVersion, createOnly, idempotencyKey, dryRun, ...options } = {}) {
    const headers = once({ idempotencyKey, ifVersion, createOnly });
    const request = { method: "PUT", path: path(this.path, ref), params: given({ dryRun }), body: data, headers };
    const { status, told } = await this.door.ask(request, options);
    return { record: told, created: status === 201 };
  }

  restore(ref, { ifVersion, idempotencyKey, dryRun, ...options } = {}) {
    const headers = once({ idempotencyKey, ifVersion });
    const request = { method: "POST", path: path(this.path, ref, "restore"), params: given({ dryRun }), body: {}, headers };
    return this.door.json(request, options);
  }

  /** How many records there are by the values of fields, most first; conditions as in `list`. */
  async stats(by, asked = {}, options = {}) {
    const params = { by: names(by), ...listParams(asked) };
    return (await this.door.json({ method: "GET", path: path(this.path, "stats"), params }, options)).data;
  }
}

/** API keys. `delete` revokes one; the answers to `create` and `rotate` alone have the `secret`. */
class ApiKeys extends Records {
  /** Another secret; the one before is good for `overlapSeconds` more. */
  rotate(ref, { overlapSeconds, ifVersion, idempotencyKey, dryRun, ...options } = {}) {
    const headers = once({ idempotencyKey, ifVersion });
    const place = path(this.path, ref, "rotate");
    const request = { method: "POST", path: place, params: given({ dryRun }), body: { overlapSeconds }, headers };
    return this.door.json(request, options);
  }
}

/** All that can be asked of Cube. */
export class Cube {
  #door;

  /**
   * `key` is an API key, or a function that gives one: in a browser, a short-lived token. `timeout` is in milliseconds,
   * for each try; `retries` is how often a request is sent again; `onAnswer` is told of each answer.
   */
  constructor({ url, key, timeout = 30_000, retries = 3, onAnswer = () => {}, fetch: send } = {}) {
    const environment = globalThis.process?.env ?? {};
    const address = url ?? environment.CUBE_URL ?? "";
    const secret = key ?? environment.CUBE_KEY ?? "";
    if (!/^https?:\/\/[^/]/.test(address)) {
      throw new TypeError("The url of Cube must be given, or stand in CUBE_URL: http://… or https://…");
    }
    if (typeof secret !== "function" && !/^[!-~]+$/.test(secret)) {
      throw new TypeError("The API key must be given, or stand in CUBE_KEY.");
    }
    const call = send ?? ((...request) => globalThis.fetch(...request));
    this.#door = new Door({ url: address.replace(/\/+$/, ""), key: secret, timeout, retries, onAnswer, send: call });
    this.users = new DirectoryRecords(this.#door, "users");
    this.clients = new DirectoryRecords(this.#door, "clients");
    this.customers = new DirectoryRecords(this.#door, "customers");
    this.apiKeys = new ApiKeys(this.#door, "api-keys");
  }

  /** The key that asks, and its owner. */
  me(options = {}) {
    return this.#door.json({ method: "GET", path: "/me" }, options);
  }

  /** A short-lived token for a browser, with at most the rights of this key. */
  token({ expiresIn, scopes, ...options } = {}) {
    return this.#door.json({ method: "POST", path: "/tokens", body: { expiresIn, scopes } }, options);
  }

  /** Up to 1000 writes in order: all or none, unless `atomic` is false. */
  async batch(operations, { atomic = true, idempotencyKey, dryRun, ...options } = {}) {
    const body = { atomic, operations };
    const request = { method: "POST", path: "/batch", params: given({ dryRun }), body, headers: once({ idempotencyKey }) };
    return (await this.#door.json(request, options)).results;
  }

  /** The `data` of the answer; throws `GraphQLError` if it has errors. */
  async graphql(document, variables, { operationName, idempotencyKey, ...options } = {}) {
    const accept = "application/graphql-response+json, application/problem+json;q=0.9, application/json;q=0.8";
    const headers = { Accept: accept, ...once({ idempotencyKey }) };
    const body = { query: document, variables, operationName };
    const { data, errors } = await this.#door.json({ method: "POST", path: "/graphql", body, headers }, options);
    if (errors?.length) throw new GraphQLError(errors, data ?? null);
    return data;
  }
}

/** A path of parts that may hold anything but what URLs cannot: nothing, and the names of folders. */
function path(...parts) {
  for (const part of parts) {
    if (typeof part !== "string" || ["", ".", ".."].includes(part)) throw new TypeError(`${JSON.stringify(part)} is no reference`);
  }
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

/** The headers of a write: the key by which Cube knows it again, and what must be so that it is done. */
function once({ idempotencyKey, ifVersion, createOnly }) {
  const headers = { "Idempotency-Key": idempotencyKey ?? uuid() };
  if (ifVersion != null) headers["If-Match"] = `"${ifVersion}"`;
  if (createOnly) headers["If-None-Match"] = "*";
  return headers;
}

/** A random UUID; `crypto.randomUUID` is there only where the page came by HTTPS. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Names parted by commas, or a list of them. */
function names(some) {
  return Array.isArray(some) ? some.join(",") : some;
}

/** The parameters that were given, as they stand in a URL. */
function given(params) {
  const said = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== false);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}

// ------------------------------------------------------------------------------------------------------------- lists

/** A list. `for await` goes over all of its records, and fetches each page when it is needed. */
class Listing {
  #door;
  #request;
  #options;

  constructor(door, request, options) {
    this.#door = door;
    this.#request = request;
    this.#options = options;
  }

  async *[Symbol.asyncIterator]() {
    for await (const page of this.pages()) yield* page.data;
  }

  async *pages() {
    for (let request = this.#request; request; ) {
      const page = await this.#door.json(request, this.#options);
      yield page;
      request = following(request, page);
    }
  }

  firstPage() {
    return this.#door.json(this.#request, this.#options);
  }
}

/** What asks for the page after this one, or where the list was asked for backwards, before it. */
function following(request, page) {
  const place = request.body ? "body" : "params";
  const [name, cursor] = "before" in request[place] ? ["before", page.previousCursor] : ["after", page.nextCursor];
  return cursor === null ? null : { ...request, [place]: { ...request[place], [name]: cursor } };
}

function listParams(asked) {
  const { filter, sort, fields, expand, ...others } = asked;
  const where = Object.entries(others).filter(([name]) => !LISTED.includes(name));
  const plain = Object.fromEntries(Object.entries(others).filter(([name]) => LISTED.includes(name)));
  const params = given({ ...plain, sort: names(sort), fields: names(fields), expand: names(expand) });
  const named = Object.fromEntries(where.map(([name, value]) => [name, condition(name, value)]));
  const isThere = (some) => some && Object.keys(some).length > 0;
  const both = isThere(filter) && isThere(named) ? { and: [filter, named] } : isThere(filter) ? filter : named;
  return isThere(both) ? { ...params, filter: JSON.stringify(both) } : params;
}

function condition(name, value) {
  // A variable that was never set must not become a list of everything.
  if (value === undefined) throw new TypeError(`${name}: undefined is no condition; leave it out, or say null`);
  if (value === null) return { isNull: true };
  if (Array.isArray(value)) return { in: value };
  return typeof value === "object" && !(value instanceof Date) ? value : { eq: value };
}

function listed(address, params) {
  const request = { method: "GET", path: address, params };
  return target(request).length <= LONGEST_QUERY ? request : { method: "QUERY", path: address, body: queryBody(params) };
}

/** The parameters of a list as the body of QUERY, which names them as GraphQL does. */
function queryBody({ limit, filter, count, deleted, sort, ...others }) {
  const body = { ...others };
  if (limit !== undefined) body["before" in others ? "last" : "first"] = Number(limit);
  if (filter !== undefined) body.filter = JSON.parse(filter);
  if (count !== undefined) body.count = true;
  if (deleted !== undefined) body.deleted = deleted.toUpperCase();
  if (sort !== undefined) body.orderBy = sort.split(",").map(order);
  return body;
}

/** `-client.createdAt` is `{field: "CLIENT_CREATED_AT", direction: "DESC"}`. */
function order(name) {
  const words = name.replace(/^-/, "").replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return { field: words.replaceAll(".", "_").toUpperCase(), direction: name.startsWith("-") ? "DESC" : "ASC" };
}

function target({ path: address, params = {} }) {
  const query = Object.entries(params).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return query.length ? `${address}?${query.join("&")}` : address;
}

// ------------------------------------------------------------------------------------------ sending, and sending again

/** Where Cube is, who asks, and how often again. */
class Door {
  constructor(manner) {
    Object.assign(this, manner);
    // Whoever prints a record's place does not print the key.
    Object.defineProperty(this, "key", { enumerable: false });
  }

  async json(request, options) {
    return (await this.ask(request, options)).told;
  }

  /** Asks until there is an answer that stands; throws its error, or what `signal` was aborted with. */
  async ask(request, { signal } = {}) {
    for (let attempt = 1; ; attempt++) {
      const { status, told, error, wait } = await this.#tried(request, signal, attempt);
      if (!error) return { status, told };
      if (wait === null || attempt > this.retries) throw error;
      await sleep(wait * 1000, signal);
    }
  }

  /** The answer, or the error and how many seconds to wait if the request may be sent again. */
  async #tried(request, signal, attempt) {
    signal?.throwIfAborted();
    const headers = await this.#headers(request);
    const timeout = AbortSignal.timeout(this.timeout);
    let answer, text;
    try {
      answer = await this.send(`${this.url}${target(request)}`, {
        method: request.method,
        headers,
        body: request.body && JSON.stringify(request.body),
        redirect: "manual",
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await answer.text();
    } catch (cause) {
      signal?.throwIfAborted();
      const why = timeout.aborted ? "it took too long" : (cause.cause?.message ?? cause.message);
      const error = new NoAnswerError(`No answer from ${this.url}: ${why}`, { cause });
      return { error, wait: repeatable(request) ? pause(attempt, null) : null };
    }
    this.#tell(request, answer, attempt);
    if (!answer.ok) {
      const wait = again(request, answer) ? pause(attempt, answer.headers.get("Retry-After")) : null;
      return { error: errorOf(answer, text), wait };
    }
    return { status: answer.status, told: parsed(answer, text) };
  }

  async #headers(request) {
    const key = typeof this.key === "function" ? await this.key() : this.key;
    return {
      Authorization: `Bearer ${key}`,
      Accept: "application/problem+json, application/json;q=0.9",
      ...(request.body && { "Content-Type": "application/json" }),
      ...request.headers,
    };
  }

  #tell(request, answer, attempt) {
    this.onAnswer({
      method: request.method,
      path: request.path,
      statusCode: answer.status,
      attempt,
      traceId: answer.headers.get("traceresponse"),
      idempotencyKey: request.headers?.["Idempotency-Key"] ?? null,
      replayed: answer.headers.get("Idempotent-Replayed") === "true",
    });
  }
}

function parsed(answer, text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CubeError("The answer is not one of Cube's.", { statusCode: answer.status, cause });
  }
}

/** Whether it may be sent again when nobody knows if it was done: it reads, or Cube knows it again by its key. */
function repeatable({ method, headers = {} }) {
  return ["GET", "QUERY"].includes(method) || "Idempotency-Key" in headers;
}

/** Whether it may be sent again: what was refused for its rate was not done, however often it is asked for. */
function again(request, answer) {
  // 409 with a time: the first try of this very request is still being done
  if (answer.status === 409) return "Idempotency-Key" in (request.headers ?? {}) && answer.headers.has("Retry-After");
  return answer.status === 429 || ([502, 503, 504].includes(answer.status) && repeatable(request));
}

/** How many seconds to wait before the next try, never in step with others; null if that is too long. */
function pause(attempt, retryAfter) {
  const backoff = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  const asked = seconds(retryAfter);
  if (asked === null) return backoff;
  return asked <= LONGEST_WAIT ? asked + backoff : null;
}

/** The wait that `Retry-After` says, by a number or by a date. */
function seconds(retryAfter) {
  if (retryAfter === null) return null;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000);
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
}
