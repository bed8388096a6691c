const changed = new Set();
const busy = new Set();

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
  changed.delete(form);
  if (!form.hasAttribute('data-repeatable')) setBusy(form, true);
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
