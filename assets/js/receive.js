import { cents, decimal, money, product } from './decimals.js';
import { offerPacks, sayConversion } from './packs.js';

/** Offers a line the packs of its product, shows what packs and prices come to, and what differs from the invoice. */
export function mount(form) {
  form.addEventListener('input', () => update(form));
  form.addEventListener('change', ({ target }) => {
    if (target.matches('input[type=hidden][name$="-product_id"]') && !target.value) clear(target.closest('[data-line]'));
    update(form);
  });
  form.addEventListener('lines:changed', () => update(form));
  form.addEventListener('lookup:chosen', ({ target, detail }) => {
    const row = target.closest('[data-line]');
    if (!row) return;
    offerPacks(row, detail.unit, JSON.parse(detail.packs || '[]'));
    fillFromScan(row, detail);
    update(form);
  });
  update(form);
}

const FROM_SCAN = ['pack_id', 'batch_code', 'expires_on'];
const fieldOf = (row, name) => row.querySelector(`[name$="-${name}"]`);

/** Batch and expiry are filled by the picker; what a scan has said, Enter passes over. */
function fillFromScan(row, { packId, certain, count }) {
  const scanned = packId !== undefined || certain !== undefined;
  fieldOf(row, 'pack_id').value = packId ?? '';
  if (scanned) fieldOf(row, 'quantity').value = count ?? '1';
  for (const name of FROM_SCAN) {
    const said = name === 'pack_id' ? packId !== undefined : certain !== undefined && fieldOf(row, name).value !== '';
    fieldOf(row, name).toggleAttribute('data-line-skip', said && certain !== 'false');
  }
  row.querySelector('[data-compare]').hidden = certain !== 'false';
}

/** Another product is being typed: packs and what a scan said belong to the one before. */
function clear(row) {
  offerPacks(row, '', []);
  row.querySelector('[data-compare]').hidden = true;
  for (const name of FROM_SCAN) fieldOf(row, name).removeAttribute('data-line-skip');
}

function update(form) {
  const rows = [...form.querySelectorAll('[data-line]')];
  const total = rows.reduce((sum, row) => sum + (updateLine(form, row) ?? 0n), 0n);
  const invoice = decimal(form.elements.invoice_total.value);
  compare(form, total, invoice && cents(invoice));
}

/** The line's amount in hundredths; null without a quantity and a price. */
function updateLine(form, row) {
  const [count, price] = ['quantity', 'price'].map((name) => decimal(fieldOf(row, name).value));
  const amount = count && price && cents(product(count, price));
  const expires = fieldOf(row, 'expires_on').value;
  sayConversion(form, row);
  say(row, 'amount', amount === null ? '' : money(amount));
  row.querySelector('[data-expired]').hidden = !expires || expires >= form.elements.received_on.value;
  return amount;
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
