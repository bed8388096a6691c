import { isTyping } from './content.js';
import { closeMenu } from './menus.js';

const SINGLE_KEYS = 'stockroom.single-keys';
const singleKeysOn = () => localStorage.getItem(SINGLE_KEYS) !== 'off';
const anyDialog = () => document.querySelector('dialog[open]');

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || anyDialog()) return;
  const act = shortcut(event);
  if (!act) return;
  event.preventDefault();
  act();
});

function shortcut(event) {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return postMainForm;
  if (event.key === 'Escape') return stepBack(event.target);
  if (event.ctrlKey || event.metaKey) return null;
  if (event.altKey) return pageKey(`Alt+${event.key.toLowerCase()}`);
  if (isTyping(event.target) || !singleKeysOn()) return null;
  if (event.key === '/') return focusSearch;
  if (event.key === '?') return openHelp;
  return pageKey(event.key);
}

function focusSearch() {
  const field = document.querySelector('[data-search]');
  field?.focus();
  field?.select();
}

function postMainForm() {
  const form = document.querySelector('form[data-main-form]');
  form?.requestSubmit(form.querySelector('[data-main-submit]') ?? undefined);
}

function stepBack(target) {
  if (document.querySelector(':popover-open')) return null;
  if (document.querySelector('details.menu[open]')) return closeMenu;
  if (isTyping(target)) return () => target.blur();
  const link = document.querySelector('a[data-back]');
  return link && (() => link.click());
}

function pageKey(key) {
  const element = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return element && (() => (element.matches('input, select, textarea') ? element.focus() : element.click()));
}

function openHelp() {
  const help = document.getElementById('keys-help');
  if (!help) return;
  listPageKeys(help.querySelector('[data-page-keys]'));
  help.showModal();
}

function listPageKeys(list) {
  const rows = [...document.querySelectorAll('[data-key]')].flatMap((element) => {
    const term = document.createElement('dt');
    const key = document.createElement('kbd');
    key.textContent = element.dataset.key;
    term.append(key);
    const meaning = document.createElement('dd');
    meaning.textContent = element.dataset.keyLabel ?? element.textContent.trim();
    return [term, meaning];
  });
  list.replaceChildren(...rows);
  list.previousElementSibling.hidden = list.hidden = rows.length === 0;
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-help]')) openHelp();
});

const toggle = document.getElementById('single-keys');
if (toggle) {
  toggle.checked = singleKeysOn();
  toggle.addEventListener('change', () => localStorage.setItem(SINGLE_KEYS, toggle.checked ? 'on' : 'off'));
}
