/** Exact decimals for the eye: a number is {digits, places}, so that 1.25 is {125n, 2}. */

/** What a person typed, read as the server reads it; null for nothing and for what is no number. */
export function decimal(text, language = document.documentElement.lang) {
  let plain = text.replace(/\s/g, '');
  if (language === 'en' && /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replaceAll(',', '');
  if (plain.split(',').length === 2 && !plain.includes('.')) plain = plain.replace(',', '.');
  const part = /^(\d+)(?:\.(\d*))?$/.exec(plain);
  return part && { digits: BigInt(part[1] + (part[2] ?? '')), places: (part[2] ?? '').length };
}

export function product(one, other) {
  return { digits: one.digits * other.digits, places: one.places + other.places };
}

/** Whole hundredths, rounded half-up. */
export function cents({ digits, places }) {
  if (places <= 2) return digits * 10n ** BigInt(2 - places);
  const unit = 10n ** BigInt(places - 2);
  return (digits + unit / 2n) / unit;
}

export function money(hundredths) {
  const size = hundredths < 0n ? -hundredths : hundredths;
  const fraction = String(size % 100n).padStart(2, '0');
  return `${hundredths < 0n ? '−' : ''}${grouped(size / 100n)}${mark('decimal')}${fraction}`;
}

/** `{1250n, 2}` as `12.5`. */
export function quantity({ digits, places }) {
  const unit = 10n ** BigInt(places);
  const fraction = places ? String(digits % unit).padStart(places, '0').replace(/0+$/, '') : '';
  return grouped(digits / unit) + (fraction && mark('decimal') + fraction);
}

const grouped = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, mark('group'));
const mark = (kind) => (document.documentElement.lang === 'pl' ? { decimal: ',', group: '\u00a0' } : { decimal: '.', group: ',' })[kind];
