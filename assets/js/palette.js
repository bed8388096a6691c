import { announce } from './announce.js';
import { fetchFragment, message } from './content.js';
import { Listbox } from './listbox.js';

const dialog = document.getElementById('palette');

if (dialog) {
  const field = dialog.querySelector('input');
  const list = dialog.querySelector('.palette-list');
  const box = new Listbox(field, list, go);
  let timer;
  let pending = new AbortController();

  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    dialog.open ? dialog.close() : open();
  });

  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-palette]')) return;
    event.preventDefault();
    open();
  });

  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, 100);
  });

  field.addEventListener('keydown', async (event) => {
    if (box.key(event) || event.key !== 'Enter') return;
    event.preventDefault();
    if (timer) await search();
    if (box.current) go(box.current, event);
  });

  function open() {
    if (document.querySelector('dialog[open]')) return;
    dialog.showModal();
    field.select();
    search();
  }

  async function search() {
    clearTimeout(timer);
    timer = undefined;
    pending.abort();
    pending = new AbortController();
    try {
      box.show(prepared(await fetchFragment(`${dialog.dataset.url}?q=${encodeURIComponent(field.value)}`, pending.signal)));
      announce(message('results', { count: box.options.length }));
    } catch (error) {
      if (error.name !== 'AbortError') announce(message('offline'));
    }
  }

  function prepared(html) {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    holder.content.querySelectorAll('a').forEach((link) => link.setAttribute('role', 'option'));
    return holder.innerHTML;
  }
}

function go(link, event) {
  if (event.type === 'click' && (event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) window.open(link.href, '_blank', 'noopener');
  else location.assign(link.href);
}
