/** The types of cube-api.js. Members are named as in the API; a record that was asked for with `fields` has only those. */

// ----------------------------------------------------------------------------------------------------------- records

export interface Address {
  line1: string | null;
  line2: string | null;
  city: string | null;
  region: string | null;
  postalCode: string | null;
  country: string | null;
}

/** What users, clients and customers have in common. */
export interface DirectoryRecord {
  id: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
  name: string;
  phone: string | null;
  externalIds: Record<string, string>;
  tags: string[];
  metadata: Record<string, string | number | boolean>;
}

export interface User extends DirectoryRecord {
  email: string;
  role: "ADMIN" | "EDITOR" | "VIEWER";
  status: "ACTIVE" | "DISABLED";
  title: string | null;
  locale: string | null;
  timeZone: string | null;
}

export interface Client extends DirectoryRecord {
  legalName: string | null;
  domain: string | null;
  website: string | null;
  email: string | null;
  industry: string | null;
  employees: number | null;
  taxId: string | null;
  status: "PROSPECT" | "ACTIVE" | "INACTIVE";
  address: Address | null;
  ownerId: string | null;
  parentId: string | null;
  owner?: User | null;
  parent?: Client | null;
}

export interface Customer extends DirectoryRecord {
  givenName: string | null;
  familyName: string | null;
  email: string | null;
  additionalEmails: string[];
  additionalPhones: string[];
  title: string | null;
  locale: string | null;
  timeZone: string | null;
  status: "LEAD" | "ACTIVE" | "INACTIVE" | "CHURNED";
  emailConsent: "SUBSCRIBED" | "UNSUBSCRIBED" | "UNKNOWN";
  address: Address | null;
  clientId: string | null;
  ownerId: string | null;
  client?: Client | null;
  owner?: User | null;
}

export interface ApiKey {
  id: string;
  version: number;
  name: string;
  prefix: string;
  scopes: string[];
  ownerId: string;
  filters: Record<string, Filter>;
  hiddenFields: string[];
  createdAt: string;
  updatedAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
  owner?: User | null;
  /** In the answers to `create` and `rotate` alone. */
  secret?: string;
}

export interface Me extends ApiKey {
  limits?: Record<string, { quota: number; window: number; remaining: number }>;
  tokenExpiresAt?: string;
}

export interface Token {
  token: string;
  expiresAt: string;
  scopes: string[];
}

/** One write in a record's history; `changes` maps each field to its values before and after. */
export interface Change {
  cursor: string;
  at: string;
  resource: string;
  id: string;
  action: string;
  version: number;
  changes: Record<string, [unknown, unknown]>;
  actor: { keyId: string | null; userId: string | null };
  source: string;
  traceId: string;
}

export interface Stat {
  by: Record<string, unknown>;
  count: number;
}

/** One write of a batch. `ref` names its record: `"$name"` stands for it in later operations. */
export interface BatchOperation {
  op: "create" | "update" | "upsert" | "delete" | "restore";
  resource: "users" | "clients" | "customers" | "apiKeys";
  id?: string;
  data?: Record<string, unknown>;
  ifVersion?: number;
  ref?: string;
  filter?: Filter;
  atMost?: number;
}

/**
 * What became of one operation: `data` is its record, or of a change by filter, its records. Where it failed, in a batch
 * that is not atomic, there are the other members, which say why.
 */
export interface BatchResult {
  statusCode: number;
  data?: any;
  message?: string;
  detail?: string;
  traceId?: string;
}

/** What may be sent: some fields, null to clear one; maps and addresses merge member by member. */
type Given<Known> = { [Name in keyof Known]?: Known[Name] | null };
type Open = {
  createdAt?: string | Date | null;
  externalIds?: Record<string, string | null> | null;
  tags?: readonly string[] | null;
  metadata?: Record<string, string | number | boolean | null> | null;
};
type Made = "id" | "version" | "createdAt" | "updatedAt" | "deletedAt";

export type UserInput = Given<Omit<User, Made | keyof Open>> & Open;
export type ClientInput = Given<Omit<Client, Made | "address" | "owner" | "parent" | keyof Open>> & Open & { address?: Partial<Address> | null };
export type CustomerInput = Given<Omit<Customer, Made | "address" | "client" | "owner" | keyof Open>> & Open & { address?: Partial<Address> | null };
export interface ApiKeyInput {
  name?: string;
  scopes?: readonly string[];
  ownerId?: string | null;
  expiresAt?: string | Date | null;
  filters?: Record<string, Filter> | null;
  hiddenFields?: readonly string[] | null;
}

// ------------------------------------------------------------------------------------------------------------ asking

/** The filter grammar of the API: `{status: {in: ["LEAD", "ACTIVE"]}, client: {industry: {startsWith: "Sof"}}, or: […]}`. */
export type Filter = { [name: string]: unknown };

/** A value means equality, an array `in`, null that there is none; an object is the filter grammar. */
export type Condition = string | number | boolean | Date | null | readonly (string | number)[] | Filter;

/** Names parted by commas, or a list of them. */
export type Names = string | readonly string[];
export type Deleted = "exclude" | "include" | "only";

type Conditions<Known> = { [Name in keyof Known]?: Condition };

export type ListArguments<Known> = {
  filter?: Filter;
  q?: string;
  sort?: Names;
  limit?: number;
  fields?: Names;
  expand?: Names;
  deleted?: Deleted;
  count?: boolean;
  after?: string;
  /** With it the pages go backwards from there. */
  before?: string;
} & Conditions<Known>;

export type HistoryArguments = { filter?: Filter; limit?: number; count?: boolean; after?: string; before?: string } & Conditions<Change>;
export type StatsArguments<Known> = { filter?: Filter; q?: string; deleted?: Deleted } & Conditions<Known>;

export interface Options {
  signal?: AbortSignal;
}

export interface WriteOptions extends Options {
  /** Instead of one that is made for the call. */
  idempotencyKey?: string;
  /** All is checked, nothing is stored. */
  dryRun?: boolean;
}

/** Some records of a list, and where it goes on; `totalCount` only where it was asked for. */
export interface Page<One> {
  data: One[];
  nextCursor: string | null;
  previousCursor: string | null;
  totalCount?: number;
}

/** A list. `for await` goes over all of its records, and fetches each page when it is needed. */
export interface Listing<One> extends AsyncIterable<One> {
  pages(): AsyncGenerator<Page<One>, void>;
  firstPage(): Promise<Page<One>>;
}

/** The records of one resource. `ref` is an id or a reference such as `email:jane@x.io`. */
export interface Records<One, Input> {
  list(asked?: ListArguments<One>, options?: Options): Listing<One>;
  get(ref: string, asked?: { fields?: Names; expand?: Names; deleted?: Deleted } & Options): Promise<One>;
  create(data: Input, options?: WriteOptions): Promise<One>;
  /** Changes the fields that `data` has; null clears one. With `ifVersion`, only if nobody else was faster. */
  update(ref: string, data: Input, options?: { ifVersion?: number } & WriteOptions): Promise<One>;
  delete(ref: string, options?: { ifVersion?: number } & WriteOptions): Promise<One>;
  /** What was done to a record, oldest first. */
  history(ref: string, asked?: HistoryArguments, options?: Options): Listing<Change>;
}

/** The records of users, clients or customers. */
export interface DirectoryRecords<One, Input> extends Records<One, Input> {
  /** Changes the record that `ref` finds, or makes it. */
  upsert(ref: string, data: Input, options?: { ifVersion?: number; createOnly?: boolean } & WriteOptions): Promise<{ record: One; created: boolean }>;
  restore(ref: string, options?: { ifVersion?: number } & WriteOptions): Promise<One>;
  /** How many records there are by the values of fields, most first. */
  stats(by: Names, asked?: StatsArguments<One>, options?: Options): Promise<Stat[]>;
}

/** API keys. `delete` revokes one. */
export interface ApiKeys extends Records<ApiKey, ApiKeyInput> {
  /** Another secret; the one before is good for `overlapSeconds` more. */
  rotate(ref: string, options?: { overlapSeconds?: number; ifVersion?: number } & WriteOptions): Promise<ApiKey>;
}

/** What `onAnswer` is told of each answer, those that are errors or are asked for again included. */
export interface Answer {
  method: string;
  path: string;
  statusCode: number;
  attempt: number;
  traceId: string | null;
  idempotencyKey: string | null;
  /** Whether Cube had done this write before, and repeats what it answered then. */
  replayed: boolean;
}

export interface CubeOptions {
  /** Where Cube is; in Node, `CUBE_URL` unless given. */
  url?: string;
  /** An API key, or a function that gives one: in a browser, a short-lived token. In Node, `CUBE_KEY` unless given. */
  key?: string | (() => string | Promise<string>);
  /** Milliseconds, for each try. */
  timeout?: number;
  /** How often a request is sent again. */
  retries?: number;
  onAnswer?: (answer: Answer) => void;
  fetch?: typeof globalThis.fetch;
}

/** All that can be asked of Cube. */
export class Cube {
  constructor(options?: CubeOptions);
  readonly users: DirectoryRecords<User, UserInput>;
  readonly clients: DirectoryRecords<Client, ClientInput>;
  readonly customers: DirectoryRecords<Customer, CustomerInput>;
  readonly apiKeys: ApiKeys;
  /** The key that asks, and its owner. */
  me(options?: Options): Promise<Me>;
  /** A short-lived token for a browser, with at most the rights of this key. */
  token(asked?: { expiresIn?: number; scopes?: readonly string[] } & Options): Promise<Token>;
  /** Up to 1000 writes in order: all or none, unless `atomic` is false. */
  batch(operations: readonly BatchOperation[], options?: { atomic?: boolean } & WriteOptions): Promise<BatchResult[]>;
  /** The `data` of the answer; throws `GraphQLError` if it has errors. */
  graphql<Data = Record<string, any>>(
    document: string,
    variables?: Record<string, unknown>,
    options?: { operationName?: string; idempotencyKey?: string } & Options,
  ): Promise<Data>;
}

// ------------------------------------------------------------------------------------------------------------ errors

export class CubeError extends Error {
  /** The message of the API alone; `message` has all of it. */
  readonly title: string;
  /** The HTTP status; null where no answer came. */
  readonly statusCode: number | null;
  /** Which problem it is, such as `already_exists`: what a program should go by. */
  readonly code: string | null;
  readonly detail: string | null;
  /** Names the request in Cube's log. */
  readonly traceId: string | null;
  /** Each failing path, such as `address.country`, and what is wrong there. */
  readonly fields: Record<string, string[]>;
  /** After a 412, the version that the record is at. */
  readonly currentVersion: number | null;
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
  readonly errors: { message: string; path?: (string | number)[]; extensions?: Record<string, any> }[];
  readonly data: Record<string, any> | null;
}

export const VERSION: string;
/** A `Retry-After` of more seconds is thrown at once. */
export const LONGEST_WAIT: number;
