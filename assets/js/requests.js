import 'htmx.org';
import { csrfToken, message } from './content.js';
import { toast } from './announce.js';

document.addEventListener('htmx:configRequest', ({ detail }) => {
  detail.headers['X-CSRF-Token'] = csrfToken();
});

document.addEventListener('htmx:responseError', ({ detail }) => {
  if (detail.xhr.status === 401) location.reload();
  else if (!detail.shouldSwap) toast(message('failed'));
});

for (const name of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, () => toast(message('offline')));
}
