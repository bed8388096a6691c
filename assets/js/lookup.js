import { announce } from './announce.js';
import { fetchFragment, message } from './content.js';
import { Listbox } from './listbox.js';

const WAIT = 120;
const pickers = new WeakMap();

document.addEventListener('focusin', ({ target }) => attend(target));

function attend(field) {
  if (field?.matches?.('input[data-lookup]') && !pickers.has(field)) pickers.set(field, new Lookup(field));
}

class Lookup {
  constructor(field) {
    this.field = field;
    this.list = document.createElement('div');
    this.list.className = 'lookup-list';
    this.list.popover = 'manual';
    field.after(this.list);
    field.setAttribute('autocomplete', 'off');
    this.box = new Listbox(field, this.list, (option) => this.choose(option));
    this.pending = new AbortController();
    field.addEventListener('input', () => this.#typed());
    field.addEventListener('keydown', (event) => this.#key(event));
    field.addEventListener('blur', () => this.close());
  }

  get isOpen() {
    return this.list.matches(':popover-open');
  }

  choose(option) {
    clearTimeout(this.timer);
    this.waiting = false;
    this.field.value = option.dataset.label ?? option.textContent.trim();
    setTarget(this.field, option.dataset.id ?? '');
    fill(this.field, option);
    this.close();
    this.field.dispatchEvent(new CustomEvent('lookup:chosen', { bubbles: true, detail: { ...option.dataset } }));
  }

  close() {
    if (this.isOpen) this.list.hidePopover();
    this.box.close();
  }

  #typed() {
    setTarget(this.field, '');
    clearTimeout(this.timer);
    this.waiting = this.field.value.trim() !== '';
    if (!this.waiting) return this.close();
    this.timer = setTimeout(() => this.#search(), WAIT);
  }

  async #search() {
    clearTimeout(this.timer);
    this.waiting = false;
    this.pending.abort();
    this.pending = new AbortController();
    try {
      this.#show(await fetchFragment(this.#url(), this.pending.signal));
    } catch (error) {
      if (error.name !== 'AbortError') this.#say(message('offline'));
    }
  }

  #url() {
    const url = new URL(this.field.dataset.lookup, location.href);
    url.searchParams.set('q', this.field.value.trim());
    for (const name of (this.field.dataset.lookupWith ?? '').split(' ').filter(Boolean)) {
      url.searchParams.set(name, this.field.form?.elements.namedItem(name)?.value ?? '');
    }
    return url;
  }

  #show(html) {
    this.box.show(html);
    if (!this.list.querySelector('[role=option]')) return this.#say(message('nothing'));
    this.#open();
    announce(message('results', { count: this.box.options.length }));
  }

  #say(text) {
    const line = document.createElement('p');
    line.className = 'lookup-empty';
    line.textContent = text;
    this.list.replaceChildren(line);
    this.#open();
    announce(text);
  }

  #open() {
    if (document.activeElement !== this.field) return;
    const box = this.field.getBoundingClientRect();
    this.list.style.minWidth = `${box.width}px`;
    if (!this.isOpen) this.list.showPopover();
    const below = innerHeight - box.bottom;
    const height = this.list.offsetHeight;
    this.list.style.top = `${below < height + 8 && box.top > below ? box.top - height - 4 : box.bottom + 4}px`;
    this.list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - this.list.offsetWidth - 8))}px`;
  }

  async #key(event) {
    if (event.key === 'ArrowDown' && !this.isOpen && this.field.value.trim()) {
      event.preventDefault();
      return this.#search();
    }
    if (this.isOpen && this.box.key(event)) return undefined;
    if (event.key === 'Escape' && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      return this.close();
    }
    if (event.key === 'Tab' && this.isOpen && this.box.current) return this.choose(this.box.current);
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) return this.#enter(event);
    return undefined;
  }

  async #enter(event) {
    if (!this.isOpen && !this.waiting) return;
    event.preventDefault();
    event.stopPropagation();
    const scanned = this.waiting;
    if (scanned) await this.#search();
    const option = scanned ? exact(this.box) : this.box.current;
    if (!option) return;
    this.choose(option);
    this.field.dispatchEvent(new CustomEvent('field:done', { bubbles: true }));
  }
}

function exact(box) {
  return box.options.find((option) => option.hasAttribute('data-exact')) ?? (box.options.length === 1 ? box.options[0] : null);
}

function setTarget(field, value) {
  const target = field.form?.elements.namedItem(field.dataset.target);
  if (!target || target.value === value) return;
  target.value = value;
  target.dispatchEvent(new Event('change', { bubbles: true }));
}

/** `data-fill-price="12.40"` goes into the field `price` of the same line or form, `data-show-unit` into its `[data-show=unit]`. */
function fill(field, option) {
  const scope = field.closest('[data-line]') ?? field.form;
  for (const { name, value } of option.attributes) {
    if (name.startsWith('data-fill-')) fillField(fieldOf(scope, name.slice(10)), value);
    if (name.startsWith('data-show-')) scope.querySelectorAll(`[data-show="${CSS.escape(name.slice(10))}"]`).forEach((element) => (element.textContent = value));
  }
}

/** A date field takes no ranges, only a whole value. */
function fillField(field, value) {
  if (field) field.value = value;
}

function fieldOf(scope, name) {
  return [...scope.querySelectorAll('input, textarea')].find((field) => field.name === name || field.name.endsWith(`-${name}`));
}

// A field may have had the focus before this ran.
attend(document.activeElement);
