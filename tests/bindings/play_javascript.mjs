// The scenario played by the JavaScript binding: node play_javascript.mjs reads the steps from standard input, and prints
// what comes of each as a line of JSON.
import { Cube, CubeError } from "../../bindings/javascript/cube-api.js";

const saved = {};

function filled(value) {
  if (typeof value === "string") return value.replace(/\$\{(\w+)\}/g, (_, name) => saved[name]);
  if (Array.isArray(value)) return value.map(filled);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one)]));
}

async function all(listing) {
  const found = [];
  for await (const one of listing) found.push(one);
  return found;
}

const DO = {
  list: (cube, step, records) => all(records.list(asked(step))),
  pages: async (cube, step, records) => (await all(records.list(asked(step)).pages())).map((page) => page.data.length),
  firstPage: (cube, step, records) => records.list(asked(step)).firstPage(),
  history: (cube, step, records) => all(records.history(step.ref, asked(step))),
  stats: (cube, step, records) => records.stats(step.by, asked(step)),
  get: (cube, step, records) => records.get(step.ref, step.options),
  create: (cube, step, records) => records.create(step.data, options(step)),
  update: (cube, step, records) => records.update(step.ref, step.data, options(step)),
  upsert: (cube, step, records) => records.upsert(step.ref, step.data, options(step)),
  delete: (cube, step, records) => records.delete(step.ref, options(step)),
  restore: (cube, step, records) => records.restore(step.ref, options(step)),
  rotate: (cube, step, records) => records.rotate(step.ref, { ...step.data, ...options(step) }),
  me: (cube) => cube.me(),
  token: (cube, step) => cube.token(step.data),
  batch: (cube, step) => cube.batch(step.operations, { atomic: step.atomic, ...options(step) }),
  graphql: (cube, step) => cube.graphql(step.document, step.variables, { operationName: step.operationName }),
};

const asked = ({ where, filter, options: more }) => ({ ...where, ...more, ...(filter && { filter }) });
const options = ({ ifVersion, createOnly, dryRun, idempotencyKey }) => ({ ifVersion, createOnly, dryRun, idempotencyKey });

async function outcome(step) {
  const cube = new Cube(step.key ? { key: step.key } : {});
  try {
    return { ok: await DO[step.do](cube, step, cube[step.on]) };
  } catch (error) {
    if (error instanceof CubeError) {
      const { statusCode, code, title, detail, traceId, fields, currentVersion } = error;
      return { error: { statusCode, code, message: title, detail, traceId, fields, currentVersion } };
    }
    if (error instanceof TypeError && error.message.endsWith("is no reference")) return { refused: true };
    throw error;
  }
}

let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
for (const step of JSON.parse(text)) {
  const found = await outcome(filled(step));
  for (const [name, path] of Object.entries(step.save ?? {})) {
    saved[name] = path.split(".").reduce((value, member) => value?.[member], found.ok);
  }
  console.log(JSON.stringify(found));
}
