// The button that copies the secret of a new key: without this script it is not there, and people copy by hand.
const secret = document.getElementById('secret');
const button = document.getElementById('copy');
const copied = document.getElementById('copied');

button.hidden = false;
button.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(secret.value);
    copied.textContent = 'Copied.';
  } catch {
    // Outside https and this machine browsers have no clipboard for pages.
    secret.focus();
    secret.select();
    copied.textContent = 'Press Ctrl+C or Cmd+C to copy it.';
  }
});
