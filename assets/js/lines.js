import { announce } from './announce.js';
import { message } from './content.js';

const NUMBERED = ['name', 'id', 'for', 'data-target', 'data-lookup-with', 'aria-describedby', 'aria-labelledby', 'value'];
const FIELDS = 'input:not([type=hidden], [readonly], :disabled), select, textarea';

document.addEventListener('click', (event) => {
  const lines = event.target.closest('[data-lines]');
  if (!lines) return;
  if (event.target.closest('[data-line-add]')) add(lines, event);
  const remover = event.target.closest('[data-line-remove]');
  if (remover) remove(lines, remover.closest('[data-line]'), event);
});

document.addEventListener('keydown', (event) => {
  const plain = event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented;
  if (!plain || !event.target.matches('[data-line] input, [data-line] select')) return;
  event.preventDefault();
  advance(event.target);
});

document.addEventListener('field:done', ({ target }) => {
  if (target.closest('[data-line]')) advance(target);
});

function rowsOf(lines) {
  return [...lines.querySelectorAll('[data-line]')];
}

function fieldsOf(row) {
  return [...row.querySelectorAll(FIELDS)].filter((field) => field.offsetParent !== null && !field.hasAttribute('data-line-skip'));
}

function advance(field) {
  const row = field.closest('[data-line]');
  const fields = fieldsOf(row);
  const next = fields[fields.indexOf(field) + 1];
  if (next) return enter(next);
  const lines = row.closest('[data-lines]');
  const rows = rowsOf(lines);
  const below = rows[rows.indexOf(row) + 1];
  return below ? enter(fieldsOf(below)[0]) : add(lines);
}

function enter(field) {
  field?.focus();
  field?.select?.();
}

function add(lines, event) {
  const template = lines.querySelector('template[data-line-template]');
  if (!template) return;
  event?.preventDefault();
  const row = template.content.firstElementChild.cloneNode(true);
  lines.querySelector('[data-line-body]').append(row);
  settle(lines);
  enter(fieldsOf(row)[0]);
  announce(message('lineAdded', { number: rowsOf(lines).length }));
}

function remove(lines, row, event) {
  if (!lines.querySelector('template[data-line-template]')) return;
  event.preventDefault();
  const rows = rowsOf(lines);
  const at = rows.indexOf(row);
  row.remove();
  if (rows.length === 1) add(lines);
  settle(lines);
  enter(fieldsOf(rowsOf(lines)[Math.min(at, rowsOf(lines).length - 1)])[0]);
  announce(message('lineRemoved', { number: at + 1 }));
}

/** Number the lines again from nought: `lines-3-quantity` follows its row. */
function settle(lines) {
  const prefix = lines.dataset.lines;
  rowsOf(lines).forEach((row, index) => number(row, prefix, index));
  lines.dispatchEvent(new CustomEvent('lines:changed', { bubbles: true }));
  lines.closest('form')?.dispatchEvent(new Event('input', { bubbles: true }));
}

function number(row, prefix, index) {
  const place = new RegExp(`(^|\\s|-)${prefix}-(?:\\d+|__i__)-`, 'g');
  for (const element of [row, ...row.querySelectorAll('*')]) {
    for (const name of NUMBERED) {
      if (name === 'value' && !element.hasAttribute('data-line-remove')) continue;
      const value = element.getAttribute(name);
      if (value === null) continue;
      element.setAttribute(name, name === 'value' ? String(index) : value.replace(place, `$1${prefix}-${index}-`));
    }
    if (element.hasAttribute('data-line-number')) element.textContent = String(index + 1);
  }
}
