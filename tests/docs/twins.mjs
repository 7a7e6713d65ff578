// Reads `{rest, base, asked: [{document, variables, operationName, headers}]}` and says the twins of each, or its error.
import { readFileSync } from 'node:fs';
import { addressOf, curlOf } from './curl.js';
import { twinsOf } from './twin.js';

const { rest, base, asked } = JSON.parse(readFileSync(0, 'utf8'));

function told(request) {
  const curl = request.method && curlOf(base, request);
  const address = request.method && addressOf(request);
  return { ...request, curl, address, nested: request.nested.map(told) };
}

const found = asked.map(({ document, variables, operationName, headers }) => {
  try {
    return twinsOf(document, variables, operationName, { rest, headers }).map(told);
  } catch (error) {
    return { error: error.message };
  }
});
console.log(JSON.stringify(found));
