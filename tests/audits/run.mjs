// Prints the outcome of every graphql-http audit as JSON: node run.mjs URL KEY.
import { serverAudits } from "graphql-http";

const [url, key] = process.argv.slice(2);

const fetchFn = (address, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${key}`);
  return fetch(address, { ...init, headers });
};

const outcomes = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const found = await audit.fn();
  outcomes.push({ id: audit.id, name: audit.name, status: found.status, reason: found.reason ?? null });
}
console.log(JSON.stringify(outcomes));
