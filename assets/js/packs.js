import { decimal, product, quantity } from './decimals.js';

/** Offers a line the packs of its product beside the quantity, and says what they come to in base units. */
export function mount(form) {
  form.addEventListener('input', () => convertLines(form));
  form.addEventListener('change', ({ target }) => {
    if (target.matches('input[type=hidden][name$="-product_id"]') && !target.value) offerPacks(target.closest('[data-line]'), '', []);
    convertLines(form);
  });
  form.addEventListener('lookup:chosen', ({ target, detail }) => {
    const row = target.closest('[data-line]');
    if (!row || detail.packs === undefined) return;
    offerPacks(row, detail.unit, JSON.parse(detail.packs || '[]'));
    convertLines(form);
  });
  convertLines(form);
}

const fieldOf = (row, name) => row.querySelector(`[name$="-${name}"]`);

/** The base unit first, which is what a quantity means unless another is chosen. */
export function offerPacks(row, unit, packs) {
  const select = fieldOf(row, 'pack_id');
  select.options[0].textContent = unit || select.form.dataset.unit;
  select.length = 1;
  for (const { id, name, factor } of packs) {
    const option = new Option(name, id);
    option.dataset.factor = factor;
    select.add(option);
  }
  select.selectedIndex = 0;
}

function convertLines(form) {
  for (const row of form.querySelectorAll('[data-line]')) sayConversion(form, row);
}

/** "2 × box of 30 = 60 tablet" under the quantity; nothing where it is written in base units. */
export function sayConversion(form, row) {
  const pack = fieldOf(row, 'pack_id');
  const [, sign, size] = /^\s*([-−+]?)(.*)$/.exec(fieldOf(row, 'quantity').value);
  const count = decimal(size);
  row.querySelector('[data-conversion]').textContent = count && pack.value ? conversion(form, pack, count, sign === '+' ? '' : sign) : '';
}

function conversion(form, pack, count, sign) {
  const chosen = pack.selectedOptions[0];
  const facts = {
    packs: sign + quantity(count),
    pack: chosen.textContent.trim(),
    quantity: sign + quantity(product(count, decimal(chosen.dataset.factor, ''))),
    unit: pack.options[0].textContent.trim(),
  };
  return form.dataset.conversion.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}
