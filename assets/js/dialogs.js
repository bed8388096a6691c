let confirmed = null;

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]');
  if (opener) openDialog(opener.dataset.dialog, event);
  if (event.target.closest('[data-dialog-close]')) event.target.closest('dialog').close();
  if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
});

document.addEventListener('click', (event) => askFirst(event, event.target.closest('[data-confirm]:not(form)')), { capture: true });
document.addEventListener('submit', (event) => askFirst(event, event.target.closest('form[data-confirm]')), { capture: true });

function openDialog(id, event) {
  const dialog = document.getElementById(id);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
}

function outside({ target, clientX, clientY }) {
  const box = target.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

function askFirst(event, element) {
  if (!element || element === confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter ?? element;
  const verb = element.dataset.confirmVerb ?? button.textContent.trim();
  ask(element.dataset.confirm, verb).then((yes) => yes && repeat(element, event.submitter));
}

function repeat(element, submitter) {
  confirmed = element;
  if (element instanceof HTMLFormElement) element.requestSubmit(submitter);
  else element.click();
  confirmed = null;
}

function ask(question, verb) {
  const dialog = document.getElementById('confirm');
  dialog.querySelector('[data-confirm-question]').textContent = question;
  dialog.querySelector('[value="yes"]').textContent = verb;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
