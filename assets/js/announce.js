import { onContent } from './content.js';

/** Say a sentence to screen readers. */
export function announce(text) {
  const region = document.getElementById('announcer');
  if (!region || !text) return;
  region.textContent = '';
  requestAnimationFrame(() => (region.textContent = text));
}

/** Show a sentence to everyone, built from the server's template of a message. */
export function toast(text) {
  const template = document.getElementById('toast-template');
  const area = document.getElementById('toasts');
  if (!template || !area || !text) return;
  const alert = template.content.firstElementChild.cloneNode(true);
  alert.querySelector('.alert-text').textContent = text;
  area.replaceChildren(alert);
}

document.addEventListener('announce', (event) => announce(event.detail?.value ?? event.detail));
onContent('[data-announce]', (element) => announce(element.dataset.announce));

document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('.alert')?.remove();
});
