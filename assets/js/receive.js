import { cents, decimal, money, product, quantity } from './decimals.js';

/** Fills a line from its product and its scanned code, shows what packs and prices come to, and what differs from the invoice. */
export function mount(form) {
  form.addEventListener('input', ({ target }) => {
    if (target.matches('[data-line] [data-lookup]')) typed.set(target, target.value.trim());
    update(form);
  });
  form.addEventListener('change', ({ target }) => {
    if (target.matches('input[type=hidden][name$="-product_id"]') && !target.value) offerPacks(target.closest('[data-line]'), '', []);
    update(form);
  });
  form.addEventListener('lines:changed', () => update(form));
  form.addEventListener('lookup:chosen', ({ target, detail }) => choose(form, target, detail));
  update(form);
}

const typed = new WeakMap();
const fieldOf = (row, name) => row.querySelector(`[name$="-${name}"]`);

async function choose(form, field, option) {
  const row = field.closest('[data-line]');
  if (!row) return;
  offerPacks(row, option.unit ?? '', JSON.parse(option.packs || '[]'));
  const code = typed.get(field) ?? '';
  typed.delete(field);
  if (isScan(code)) await fillFromScan(row, code);
  update(form);
}

function isScan(code) {
  return /^\d{8}$|^\d{12,}$|^\(01\)|^\]|^01\d{14}/.test(code);
}

async function fillFromScan(row, code) {
  const answer = await fetch(`/lookup/scan?${new URLSearchParams({ code })}`, { credentials: 'same-origin' });
  if (!answer.ok) return;
  const scan = await answer.json();
  if (scan.product?.id !== fieldOf(row, 'product_id').value) return;
  const pack = fieldOf(row, 'pack_id');
  pack.value = scan.product.pack_id ?? '';
  if (pack.value === '') pack.selectedIndex = 0;
  const factor = pack.value ? Number(scan.product.factor) : 1;
  put(row, 'quantity', String(Number(scan.quantity) / factor));
  put(row, 'batch_code', scan.batch);
  put(row, 'expires_on', scan.expires_on ?? '');
  for (const name of ['pack_id', 'batch_code', 'expires_on']) {
    fieldOf(row, name).toggleAttribute('data-line-skip', name === 'pack_id' || fieldOf(row, name).value !== '');
  }
  if (!row.contains(document.activeElement)) return;
  fieldOf(row, 'quantity').focus();
  fieldOf(row, 'quantity').select();
}

function put(row, name, value) {
  if (value) fieldOf(row, name).value = value;
}

function offerPacks(row, unit, packs) {
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

function update(form) {
  const rows = [...form.querySelectorAll('[data-line]')];
  const total = rows.reduce((sum, row) => sum + (updateLine(form, row) ?? 0n), 0n);
  const invoice = decimal(form.elements.invoice_total.value);
  compare(form, total, invoice && cents(invoice));
}

/** The line's amount in hundredths; null without a quantity and a price. */
function updateLine(form, row) {
  const pack = fieldOf(row, 'pack_id');
  const [count, price] = ['quantity', 'price'].map((name) => decimal(fieldOf(row, name).value));
  const amount = count && price && cents(product(count, price));
  const expires = fieldOf(row, 'expires_on').value;
  say(row, 'conversion', count && pack.value ? conversion(form, pack, count) : '');
  say(row, 'amount', amount === null ? '' : money(amount));
  row.querySelector('[data-expired]').hidden = !expires || expires >= form.elements.received_on.value;
  return amount;
}

function conversion(form, pack, count) {
  const chosen = pack.selectedOptions[0];
  const facts = {
    packs: quantity(count),
    pack: chosen.textContent.trim(),
    quantity: quantity(product(count, decimal(chosen.dataset.factor, ''))),
    unit: pack.options[0].textContent.trim(),
  };
  return form.dataset.conversion.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

function say(row, name, text) {
  row.querySelector(`[data-${name}]`).textContent = text;
}

function compare(form, total, invoice) {
  const differs = invoice !== null && invoice !== total;
  const find = (name) => form.querySelector(`[data-${name}]`);
  find('totals').hidden = false;
  find('lines-total').textContent = money(total);
  form.querySelectorAll('[data-against]').forEach((element) => (element.hidden = invoice === null));
  find('invoice-total').textContent = invoice === null ? '' : money(invoice);
  find('equal').hidden = differs;
  find('different').hidden = !differs;
  find('difference').textContent = differs ? money(invoice - total) : '';
  find('accept').hidden = !differs;
}
