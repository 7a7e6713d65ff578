// What the types of the JavaScript binding allow, and what they refuse; tsc checks it, nothing runs it.
import { Cube, CubeError, GraphQLError, type ApiKey, type Change, type Client, type Customer, type Page } from "../../bindings/javascript/cube-api.js";

const cube = new Cube({ url: "http://localhost", key: async () => "token", onAnswer: ({ replayed }) => console.log(replayed) });

export async function allowed(signal: AbortSignal): Promise<void> {
  for await (const one of cube.customers.list({ status: "ACTIVE", clientId: ["cli_1"], email: null, expand: ["client"], createdAt: { gte: new Date() } }, { signal })) {
    const name: string | undefined = one.client?.name;
    const customer: Customer = one;
    console.log(name, customer.address?.city);
  }
  const page: Page<Client> = await cube.clients.list({ limit: 10, count: true }).firstPage();
  const made = await cube.customers.create({ name: "Ana", address: { city: "Lima" }, metadata: { plan: null } }, { dryRun: true });
  const { record, created }: { record: Customer; created: boolean } = await cube.customers.upsert("erp:1", { tags: ["vip"] });
  await cube.customers.update(made.id, { phone: null }, { ifVersion: record.version, idempotencyKey: "x" });
  const key: ApiKey = await cube.apiKeys.rotate("key_1", { overlapSeconds: 60, ifVersion: 1, dryRun: true });
  for await (const change of cube.users.history("email:jane@x.io", { action: "UPDATED" })) console.log((change satisfies Change).changes);
  const { customers } = await cube.graphql<{ customers: { totalCount: number } }>("{ customers { totalCount } }");
  console.log(page.totalCount, created, customers.totalCount, key.version, (await cube.me()).owner?.role);
}

export async function refused(): Promise<void> {
  // @ts-expect-error a status that is none
  await cube.customers.create({ status: "NEW" });
  // @ts-expect-error a field that is none
  await cube.customers.create({ nam: "Ana" });
  // @ts-expect-error an id is text
  await cube.customers.get(5);
  // @ts-expect-error a condition on a field that is none
  cube.customers.list({ statis: "ACTIVE" });
  // @ts-expect-error keys are not restored
  await cube.apiKeys.restore("key_1");
}

export function told(error: unknown): string | null {
  if (error instanceof GraphQLError) return error.errors[0]?.message ?? null;
  return error instanceof CubeError ? (error.fields["email"]?.[0] ?? error.traceId) : null;
}
