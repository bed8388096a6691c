let confirmed = null;

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]');
  if (opener) openDialog(opener.dataset.dialog, event);
  if (event.target.closest('[data-dialog-close]')) event.target.closest('dialog').close();
  if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
});

document.addEventListener('click', askFirst, { capture: true });

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

function askFirst(event) {
  const element = event.target.closest('[data-confirm]');
  if (!element || element === confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(element.dataset.confirm, element.dataset.confirmVerb ?? element.textContent.trim()).then((yes) => yes && repeat(element));
}

function repeat(element) {
  confirmed = element;
  element.click();
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
