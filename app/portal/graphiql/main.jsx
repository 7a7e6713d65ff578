// GraphiQL's page: a key box above GraphiQL, and a note on the last answer below it.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { DEFAULT_QUERY } from './default_query.js';
import { EXAMPLES } from './examples.jsx';
import { fetcherFor } from './fetcher.js';
import { tokenOfSession } from './session.js';
import { TWINS } from './twins.jsx';

const STORED_KEY = 'cube.key';
const RENEWED_BEFORE = 60_000; // milliseconds before a token ends
const PLUGINS = [EXAMPLES, TWINS, HISTORY_PLUGIN, explorerPlugin()];

// The examples are open until a reader closes them, and where there is room.
const CLOSED = 'cube.panel.closed';
const OPEN_PANEL =
  localStorage.getItem(CLOSED) || !window.matchMedia('(min-width: 60em)').matches ? undefined : EXAMPLES.title;
const onPanel = (panel) => localStorage.setItem(CLOSED, panel ? '' : 'yes');

// A guide's example comes in the fragment, which no server sees; another one may come later.
function linkedQuery() {
  const query = new URLSearchParams(window.location.hash.slice(1)).get('query') ?? undefined;
  if (query) window.history.replaceState(null, '', window.location.pathname);
  return query;
}
const LINKED_QUERY = linkedQuery();
window.addEventListener('hashchange', () => window.location.reload());

function KeyBox({ apiKey, signedIn, refusal, onKey, onSession }) {
  const [typed, setTyped] = useState(apiKey);
  const submit = (event) => {
    event.preventDefault();
    onKey(typed.trim());
  };
  return (
    <form className="key-box" onSubmit={submit}>
      <label htmlFor="api-key">API key</label>
      <input
        id="api-key"
        type="password"
        autoComplete="off"
        spellCheck="false"
        placeholder="cube_…"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit">Use key</button>
      <button type="button" onClick={onSession}>
        Use my sign-in
      </button>
      <span className="key-note" role="status">
        {signedIn && !refusal ? (
          `Signed in as ${signedIn}.`
        ) : apiKey && !refusal ? (
          'Kept in this tab only, and sent to this server alone.'
        ) : (
          <>
            {refusal ?? 'Every request needs a key, reading the schema too.'}{' '}
            <a href="docs/authentication">Where to get one</a>
          </>
        )}
      </span>
      <a href="docs/graphql">Guide</a>
    </form>
  );
}

function AnswerNote({ answer }) {
  if (!answer) return 'The cost and the trace of the last answer appear here.';
  const { status, milliseconds, cost, traceId } = answer;
  const parts = [`HTTP ${status}`, `${milliseconds} ms`];
  if (cost) parts.push(`cost ${cost.rows} of at most ${cost.limit} rows`);
  if (traceId) parts.push(`trace ${traceId}`);
  return parts.join(' · ');
}

function Page() {
  const [apiKey, setApiKey] = useState(() => sessionStorage.getItem(STORED_KEY) ?? '');
  const [answer, setAnswer] = useState(null);
  const [refusal, setRefusal] = useState(null);
  const [session, setSession] = useState(null);
  const bearer = session?.token ?? apiKey;
  const fetcher = useMemo(() => fetcherFor(bearer, { onAnswer: setAnswer, onSchema: setRefusal }), [bearer]);
  const keep = (key) => {
    sessionStorage.setItem(STORED_KEY, key);
    setRefusal(null);
    setSession(null);
    setApiKey(key);
  };
  const signIn = async () => {
    try {
      setSession(await tokenOfSession());
      setRefusal(null);
    } catch (error) {
      setSession(null);
      setRefusal(error.message);
    }
  };
  useEffect(() => {
    if (!session) return undefined;
    const renewal = setTimeout(signIn, Math.max(0, session.endsAt - Date.now() - RENEWED_BEFORE));
    return () => clearTimeout(renewal);
  }, [session]);
  return (
    <>
      <header>
        <h1 className="unseen">GraphiQL</h1>
        <KeyBox apiKey={apiKey} signedIn={session?.name} refusal={refusal} onKey={keep} onSession={signIn} />
      </header>
      <main>
        {/* A schema of null keeps GraphiQL from asking for it; a new fetcher makes it ask anew. */}
        <GraphiQL
          fetcher={fetcher}
          schema={bearer ? undefined : null}
          plugins={PLUGINS}
          visiblePlugin={OPEN_PANEL}
          onTogglePluginVisibility={onPanel}
          defaultQuery={DEFAULT_QUERY}
          initialQuery={LINKED_QUERY}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          schemaDescription
        >
          <GraphiQL.Logo>Cube</GraphiQL.Logo>
          <GraphiQL.Footer>
            <span className="answer-note" role="status">
              <AnswerNote answer={answer} />
            </span>
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </>
  );
}

createRoot(document.getElementById('root')).render(<Page />);
