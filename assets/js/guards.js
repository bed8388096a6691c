import { toast } from './announce.js';
import { message } from './content.js';

const changed = new Set();
const busy = new Set();
const PATIENCE = 15_000;

document.addEventListener('input', ({ target }) => {
  const form = target.form ?? target.closest?.('form');
  if (form?.hasAttribute('data-guard')) changed.add(form);
});

addEventListener('beforeunload', (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method === 'get' || form.method === 'dialog') return;
  if (busy.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  hold(event, form);
});

function hold(event, form) {
  const byHtmx = form.matches('[hx-post], [hx-put], [hx-patch], [hx-delete]');
  if (event.defaultPrevented && !byHtmx) return;
  if (!form.hasAttribute('data-repeatable')) setBusy(form, true);
  if (form.hasAttribute('data-guard') && !byHtmx) {
    event.preventDefault();
    sendWhereReached(form, event.submitter);
  } else changed.delete(form);
}

/** A browser that cannot reach the server shows its own page, and what was typed would be gone. */
async function sendWhereReached(form, submitter) {
  try {
    await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    setBusy(form, false);
    return toast(message('offline'));
  }
  changed.delete(form);
  return send(form, submitter);
}

/** The event has been asked already: sent as it is, with the button that was pressed. */
function send(form, submitter) {
  const pressed = document.createElement('input');
  Object.assign(pressed, { type: 'hidden', name: submitter?.name ?? '', value: submitter?.value ?? '' });
  if (pressed.name) form.append(pressed);
  HTMLFormElement.prototype.submit.call(form);
  pressed.remove();
}

function setBusy(form, on) {
  on ? busy.add(form) : busy.delete(form);
  for (const button of form.querySelectorAll('button:not([type=button])')) {
    button.setAttribute('aria-busy', String(on));
    button.setAttribute('aria-disabled', String(on));
  }
}

addEventListener('pageshow', () => [...busy].forEach((form) => setBusy(form, false)));
document.addEventListener('htmx:afterRequest', ({ target }) => {
  const form = target.closest?.('form');
  if (busy.has(form)) setBusy(form, false);
});
