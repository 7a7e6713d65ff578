// Who is signed in to the portal, and a short-lived token to call the API in their name, which only this page remembers.

const NOBODY = 'Nobody is signed in.';
const RENEWED_BEFORE = 60_000; // milliseconds before a token ends

let asked = null;
let made = null;

/** `{user, csrf, key}`, asked once for a page; `user` is null when nobody is signed in. */
export function session() {
  asked ??= fetch('/docs/session').then(told);
  return asked;
}

/** A token that works for a while; throws an Error whose message can be shown, and which says `isOfSession`. */
export async function token() {
  if (!made || made.endsAt - Date.now() < RENEWED_BEFORE) made = await fresh().catch(again);
  return made.text;
}

/** Has the next call ask for another token: this one was refused. */
export function dropToken() {
  made = null;
}

async function fresh() {
  const { user, csrf } = await session();
  if (!user) throw new Error(NOBODY);
  const answer = await told(await fetch('/docs/token', { method: 'POST', body: new URLSearchParams({ csrf }) }));
  return { text: answer.token, endsAt: Date.parse(answer.expiresAt) };
}

/** Somebody may have signed in anew, in another tab. */
async function again() {
  asked = null;
  try {
    return await fresh();
  } catch (error) {
    throw Object.assign(error, { isOfSession: true });
  }
}

async function told(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.message);
  return answer;
}
