import { message } from './content.js';

/**
 * The keyboard and the ARIA of a text field with a list under it.
 * `choose(option, event)` is called by Enter and by the mouse.
 */
export class Listbox {
  constructor(field, list, choose) {
    this.field = field;
    this.list = list;
    this.choose = choose;
    this.at = -1;
    this.moved = false;
    list.id ||= `list-${crypto.randomUUID()}`;
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', message('choices'));
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id })) {
      field.setAttribute(name, value);
    }
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => this.#take(event.target.closest('[role=option]'), event));
  }

  get options() {
    return [...this.list.querySelectorAll('[role=option]:not([aria-disabled=true])')];
  }

  get current() {
    return this.options[this.at];
  }

  /** What the arrow keys chose stays chosen when a later answer still offers it. */
  show(html) {
    const kept = this.moved ? this.current?.dataset.id : undefined;
    this.list.innerHTML = html;
    this.list.querySelectorAll('[role=option]').forEach((option, i) => {
      option.id = `${this.list.id}-${i}`;
      option.tabIndex = -1;
      option.setAttribute('aria-selected', 'false');
    });
    this.field.setAttribute('aria-expanded', String(this.options.length > 0));
    const again = kept === undefined ? -1 : this.options.findIndex((option) => option.dataset.id === kept);
    this.moved = again >= 0;
    this.mark(this.options.length ? Math.max(again, 0) : -1);
  }

  close() {
    this.at = -1;
    this.moved = false;
    this.field.setAttribute('aria-expanded', 'false');
    this.field.removeAttribute('aria-activedescendant');
  }

  mark(at) {
    this.current?.setAttribute('aria-selected', 'false');
    this.at = at;
    if (!this.current) return this.field.removeAttribute('aria-activedescendant');
    this.current.setAttribute('aria-selected', 'true');
    this.current.scrollIntoView({ block: 'nearest' });
    this.field.setAttribute('aria-activedescendant', this.current.id);
  }

  /** Whether the key was one of the list's. */
  key(event) {
    const last = this.options.length - 1;
    const to = { ArrowDown: this.at >= last ? 0 : this.at + 1, ArrowUp: this.at <= 0 ? last : this.at - 1, PageDown: last, PageUp: 0 }[event.key];
    if (to === undefined || last < 0) return false;
    event.preventDefault();
    this.moved = true;
    this.mark(to);
    return true;
  }

  #take(option, event) {
    if (option && option.getAttribute('aria-disabled') !== 'true') this.choose(option, event);
  }
}
