// A short-lived token in the name of whoever is signed in to the portal.

const NOBODY = 'Nobody is signed in here.';

/** `{name, token, endsAt}`, in milliseconds; throws an Error whose message can be shown. */
export async function tokenOfSession() {
  const { user, csrf } = await answer(await fetch('docs/session'));
  if (!user) throw new Error(NOBODY);
  const made = await answer(await fetch('docs/token', { method: 'POST', body: new URLSearchParams({ csrf }) }));
  return { name: user.name, token: made.token, endsAt: Date.parse(made.expiresAt) };
}

async function answer(response) {
  const told = await response.json();
  if (!response.ok) throw new Error(told.detail ?? told.message);
  return told;
}
