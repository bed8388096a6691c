import { csrfToken, message } from './content.js';
import { toast } from './announce.js';

/** The theme changes at once; the same form tells the server, as it would without JavaScript. */
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.hasAttribute('data-theme-choice')) return;
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  form.querySelectorAll('button').forEach((button) => button.setAttribute('aria-pressed', String(button.value === theme)));
  const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, event.submitter)), headers: { 'X-CSRF-Token': csrfToken() } }).catch(() => null);
  if (!answer?.ok) toast(message('failed'));
});
