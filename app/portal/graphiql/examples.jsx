// The menu of the guides' examples: each opens in the editor, in a tab of its own unless nothing is lost there.
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';
import { DEFAULT_QUERY } from './default_query.js';
import { useBeside } from './beside.js';

function Examples() {
  const { told, failed } = useBeside();
  const [opened, setOpened] = useState('');
  const editors = useGraphiQL(pick('queryEditor', 'variableEditor', 'responseEditor'));
  const { addTab } = useGraphiQLActions();
  const open = ({ title, query }) => {
    const there = editors.queryEditor.getValue();
    const own = there.trim() && there !== DEFAULT_QUERY && !isExample(there, told.menu);
    if (own) addTab();
    editors.queryEditor.setValue(query);
    editors.variableEditor?.setValue('');
    editors.responseEditor?.setValue('');
    setOpened(`${title} is open${own ? ' in a new tab' : ''}.`);
  };
  return (
    <section className="cube-panel" aria-label="Examples">
      <h2>Examples</h2>
      <p>Those of the guides. Choose one, and run it with Ctrl-Enter.</p>
      <p role="status">{failed ? `The examples are not there. ${failed}` : opened}</p>
      {told?.menu.map(({ guide, examples }, index) => (
        <details key={guide} open={index === 0}>
          <summary>{guide}</summary>
          <ul>
            {examples.map((one) => (
              <li key={one.title}>
                <button type="button" onClick={() => open(one)}>
                  {one.title}
                </button>
                <a href={one.url.slice(1)} aria-label={`Guide: ${one.title}`}>
                  Guide
                </a>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

function isExample(query, menu) {
  return menu.some(({ examples }) => examples.some((one) => one.query === query));
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 4h14v16H5zM9 8h6M9 12h6M9 16h3" />
    </svg>
  );
}

export const EXAMPLES = { title: 'Examples', icon: Icon, content: Examples };
