import 'htmx.org';
import { csrfToken, message } from './content.js';
import { toast } from './announce.js';

document.addEventListener('htmx:configRequest', ({ detail }) => {
  detail.headers['X-CSRF-Token'] = csrfToken();
});

document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (!detail.isError || detail.shouldSwap) return;
  if (detail.xhr.status === 401) location.reload();
  else toast(message('failed'));
});

for (const name of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, () => toast(message('offline')));
}
