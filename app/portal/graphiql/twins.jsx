// The panel that shows the query of the editor as requests of REST, each a curl command that can be copied.
import { pick, useGraphiQL } from '@graphiql/react';
import { useMemo, useState } from 'react';
import { curlOf, flat } from './curl.js';
import { useBeside } from './beside.js';
import { twinsOf } from './twin.js';

const BASE = new URL('.', window.location.href).href.replace(/\/$/, '');

function Twins() {
  const { told, failed } = useBeside();
  const { tabs, activeTabIndex, operationName } = useGraphiQL(pick('tabs', 'activeTabIndex', 'operationName'));
  const { query, variables, headers } = tabs[activeTabIndex];
  const { requests = [], wrong } = useMemo(
    () => (told ? requestsOf(told.rest, query ?? '', variables, headers, operationName) : {}),
    [told, query, variables, headers, operationName],
  );
  return (
    <section className="cube-panel" aria-label="REST">
      <h2>REST</h2>
      <p>
        The same by REST, as <code>curl</code>, which finds your key in <code>CUBE_KEY</code>.
      </p>
      <p role="status">{failed ? `The names of REST are not there. ${failed}` : wrong}</p>
      {requests.map((request, index) => (
        <Twin key={`${index} ${request.command}`} number={index + 1} request={request} />
      ))}
    </section>
  );
}

/** `{requests}`, or what is `wrong`. */
function requestsOf(rest, query, variables, headers, operationName) {
  if (!query.trim()) return { wrong: 'There is no query in the editor.' };
  const values = objectOf(variables);
  if (!values) return { wrong: 'The variables are not an object of JSON.' };
  try {
    const twins = twinsOf(query, values, operationName, { rest, headers: objectOf(headers) ?? {} });
    return { requests: flat(twins).map((one) => ({ ...one, command: one.method && curlOf(BASE, one) })) };
  } catch (error) {
    return { wrong: error.message };
  }
}

function objectOf(text) {
  if (!text?.trim()) return {};
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function Twin({ number, request }) {
  const [copied, setCopied] = useState('');
  const { field, each, notes, command } = request;
  const copy = async (event) => {
    const code = event.currentTarget.parentElement.parentElement.querySelector('code');
    try {
      await navigator.clipboard.writeText(command);
      setCopied('Copied.');
    } catch {
      // Outside https and this machine browsers have no clipboard for pages.
      window.getSelection().selectAllChildren(code);
      setCopied('Press Ctrl+C or Cmd+C to copy it.');
    }
  };
  return (
    <div className="twin">
      <h3>
        {number}. {field}
      </h3>
      {each && (
        <p>
          For each record of the answer before it: its <code>{each.from}</code> is <code>${each.name}</code>.
        </p>
      )}
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {command && (
        <>
          <pre tabIndex={0} role="group" aria-label={`${number}. ${field} as curl`}>
            <code>{command}</code>
          </pre>
          <p className="copies">
            <button type="button" onClick={copy} aria-label={`Copy ${number}. ${field}`}>
              Copy
            </button>
            <span role="status">{copied}</span>
          </p>
        </>
      )}
    </div>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 8h15l-4-4M20 16H5l4 4" />
    </svg>
  );
}

export const TWINS = { title: 'REST', icon: Icon, content: Twins };
