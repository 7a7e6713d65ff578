// What the portal tells the page: the examples of the guides, and how REST calls what GraphQL asks for.
import { useEffect, useState } from 'react';

const fetched = fetch('docs/graphiql.json').then((answer) => {
  if (!answer.ok) throw new Error(`The server answers ${answer.status}.`);
  return answer.json();
});
// Whoever shows it says what went wrong.
fetched.catch(() => undefined);

/** `{told, failed}`: what was told, as soon as it is here, or why it is not. */
export function useBeside() {
  const [state, setState] = useState({});
  useEffect(() => {
    fetched.then(
      (told) => setState({ told }),
      (error) => setState({ failed: error.message }),
    );
  }, []);
  return state;
}
