// What is particular to the JavaScript binding: signals, time, keys that are functions, and what it never shows.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { after, before, beforeEach, test } from "node:test";

import * as binding from "../../bindings/javascript/cube-api.js";

const { Cube, CubeError, NoAnswerError } = binding;
const KEY = "cube_secretsecretsecretsecretsecretsecret12";

let url, server, answer, seen;

before(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${server.address().port}`;
});

beforeEach(() => {
  seen = [];
  answer = (_, response) => response.end('{"data": [], "nextCursor": null, "previousCursor": null}');
});

after(() => {
  server.closeAllConnections();
  server.close();
});

test("a signal that was aborted before asks nothing", async () => {
  const cube = new Cube({ url, key: KEY });
  await assert.rejects(cube.customers.get("cus_1", { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
  assert.equal(seen.length, 0);
});

test("a signal ends a request that is under way, a list, and a wait", async () => {
  const cube = new Cube({ url, key: KEY });
  for (const [ask, say] of [
    [(signal) => cube.me({ signal }), () => {}],
    [(signal) => cube.customers.list({}, { signal }).firstPage(), () => {}],
    [(signal) => cube.customers.create({ name: "x" }, { signal }), (_, response) => response.writeHead(503, { "Retry-After": "30" }).end()],
  ]) {
    const stop = new AbortController();
    answer = (request, response) => {
      say(request, response);
      setTimeout(() => stop.abort(new Error("enough")), 50);
    };
    await assert.rejects(ask(stop.signal), /enough/);
  }
  assert.equal(seen.length, 3);
});

test("no answer in time is no answer", async () => {
  answer = () => {};
  const cube = new Cube({ url, key: KEY, timeout: 50, retries: 1 });
  await assert.rejects(cube.me(), (error) => error instanceof NoAnswerError && /took too long/.test(error.message));
  assert.equal(seen.length, 2);
});

test("a list that is left early asks for no more pages", async () => {
  answer = (_, response) => response.end('{"data": [{"id": "cus_1"}], "nextCursor": "more", "previousCursor": null}');
  for await (const one of new Cube({ url, key: KEY }).customers.list()) {
    assert.equal(one.id, "cus_1");
    break;
  }
  assert.equal(seen.length, 1);
});

test("a key may be a function, which is asked for each request", async () => {
  let count = 0;
  const cube = new Cube({ url, key: async () => `cubet_${++count}` });
  await cube.me();
  await cube.me();
  assert.deepEqual(seen.map((request) => request.headers.authorization), ["Bearer cubet_1", "Bearer cubet_2"]);
});

test("a condition that was never set is refused, before it becomes a list of everything", () => {
  const cube = new Cube({ url, key: KEY });
  assert.throws(() => cube.customers.list({ clientId: undefined }), /clientId: undefined is no condition/);
  assert.ok(cube.customers.list({ limit: undefined }));
});

test("onAnswer is told of each answer, and of replays", async () => {
  const told = [];
  answer = (_, response) => {
    if (seen.length === 1) return response.writeHead(503, { traceresponse: "00-1" }).end();
    return response.writeHead(201, { "Idempotent-Replayed": "true" }).end("{}");
  };
  await new Cube({ url, key: KEY, onAnswer: (one) => told.push(one) }).customers.create({ name: "x" }, { idempotencyKey: "once" });
  const all = { method: "POST", path: "/customers", idempotencyKey: "once" };
  assert.deepEqual(told, [
    { ...all, statusCode: 503, attempt: 1, traceId: "00-1", replayed: false },
    { ...all, statusCode: 201, attempt: 2, traceId: null, replayed: true },
  ]);
});

test("what is no JSON is an error of the binding", async () => {
  answer = (_, response) => response.end("<html>");
  await assert.rejects(new Cube({ url, key: KEY }).me(), CubeError);
});

test("the key is not shown", () => {
  const cube = new Cube({ url, key: KEY });
  for (const thing of [cube, cube.customers, cube.customers.list()]) {
    assert.ok(!inspect(thing, { depth: 9 }).includes(KEY));
    assert.ok(!JSON.stringify(thing).includes(KEY));
  }
});

test("without an address or a key there is no Cube", () => {
  const { CUBE_URL, CUBE_KEY } = process.env;
  delete process.env.CUBE_URL;
  delete process.env.CUBE_KEY;
  try {
    assert.throws(() => new Cube({ key: KEY }), /CUBE_URL/);
    assert.throws(() => new Cube({ url }), /CUBE_KEY/);
    assert.throws(() => new Cube({ url: "localhost:8000", key: KEY }), /CUBE_URL/);
    assert.throws(() => new Cube({ url, key: "two\nlines" }), /CUBE_KEY/);
  } finally {
    Object.assign(process.env, CUBE_URL && { CUBE_URL }, CUBE_KEY && { CUBE_KEY });
  }
});

test("an address may have a path and an end", async () => {
  await new Cube({ url: `${url}/cube/`, key: KEY }).me();
  assert.equal(seen[0].url, "/cube/me");
});

test("its types name what it exports, and nothing else", () => {
  const types = readFileSync(new URL("../../bindings/javascript/cube-api.d.ts", import.meta.url), "utf8");
  const declared = [...types.matchAll(/^export (?:class|const) (\w+)/gm)].map((found) => found[1]);
  assert.deepEqual(declared.sort(), Object.keys(binding).sort());
});
