/**
 * The rules of a new password while it is typed: the same as people/passwords.py, which judges in the end.
 * Nothing leaves the page; the lists of common passwords are on the server alone.
 */
const PRODUCT = 'stockroom';
const SHORTEST_WORD = 4;
const PAUSE = 700;

const KINDS = {
  lower: (char) => /\p{Lowercase}/u.test(char),
  upper: (char) => /\p{Uppercase}/u.test(char),
  digit: (char) => /[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]/u.test(char),
  special: (char) => !/[\p{L}\p{N}\s]/u.test(char),
};

/** Which rules the password meets: `{length: true, lower: false, …}`. Length counts characters, not code units. */
export function met(password, { policy, least, most, personal }) {
  const chars = [...password];
  const found = { length: chars.length >= least && chars.length <= most };
  if (policy === 'composition') {
    for (const [name, test] of Object.entries(KINDS)) found[name] = chars.some(test);
  }
  const lowered = password.toLowerCase();
  found.personal = chars.length > 0 && !words(personal).some((word) => lowered.includes(word));
  return found;
}

function words(personal) {
  const parts = personal.toLowerCase().split(/[\s@._-]+/u);
  return [...parts.filter((part) => [...part].length >= SHORTEST_WORD), PRODUCT];
}

export function mount(meter) {
  const form = meter.closest('form');
  const field = form?.elements[meter.dataset.strength];
  if (!field) return;
  const named = meter.dataset.fields.split(' ').filter(Boolean);
  const spoken = meter.querySelector('[role="status"]');
  let pause;

  function show() {
    const { policy, least, most, personal } = meter.dataset;
    const typed = named.map((name) => form.elements[name]?.value ?? '');
    const found = met(field.value, { policy, least: Number(least), most: Number(most), personal: [personal, ...typed].join(' ') });
    meter.hidden = field.value === '';
    draw(meter, found);
    clearTimeout(pause);
    pause = setTimeout(() => say(meter, spoken, found), PAUSE);
  }

  field.addEventListener('input', show);
  for (const name of named) form.elements[name]?.addEventListener('input', show);
  show();
}

function draw(meter, found) {
  const bar = meter.querySelector('progress');
  const results = Object.values(found);
  bar.max = results.length;
  bar.value = results.filter(Boolean).length;
  meter.classList.toggle('is-good', results.every(Boolean));
  for (const item of meter.querySelectorAll('[data-rule]')) item.classList.toggle('is-met', found[item.dataset.rule]);
}

/** Only once the person pauses: a screen reader is not interrupted at every key. */
function say(meter, spoken, found) {
  if (meter.hidden) {
    spoken.textContent = '';
    return;
  }
  const missing = [...meter.querySelectorAll('[data-rule]')].filter((item) => !found[item.dataset.rule]);
  const rules = missing.map((item) => item.textContent.trim()).join(', ');
  spoken.textContent = rules ? meter.dataset.missing.replace('{rules}', rules) : meter.dataset.good;
}
