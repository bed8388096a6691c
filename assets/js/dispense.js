import { announce } from './announce.js';
import { csrfToken, fetchFragment } from './content.js';

const WAIT = 150;

/** Shows the patient, the batches under each line and the warnings while a dispensing is being written. */
export function mount(form) {
  let timer;
  let pending = new AbortController();
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      pending.abort();
      pending = new AbortController();
      const fragment = await preview(form, pending.signal);
      if (fragment) show(form, fragment);
    }, WAIT);
  };
  form.addEventListener('input', ({ target }) => target.name?.endsWith('-quantity') && ask());
  form.addEventListener('change', ({ target }) => {
    if (target.name === 'patient_id') showPatient(form);
    if (decides(target)) ask();
  });
  form.addEventListener('lines:changed', ask);
  form.addEventListener('lookup:chosen', ({ target, detail }) => target.name === 'patient' && offerPrescriber(form, detail));
  form.addEventListener('field:done', ({ target }) => !target.closest('[data-line]') && goOn(form, target));
  form.addEventListener('keydown', (event) => step(form, event));
  form.addEventListener('submit', (event) => holdUnanswered(form, event));
  const { patient, patient_id: id } = form.elements;
  if (!form.querySelector('[data-patient-panel]').hasChildNodes()) showPatient(form);
  if (id.value && !document.querySelector('[data-error-summary]')) goOn(form, patient);
}

/** Reasons, directions and notes change neither batches nor warnings. */
function decides(target) {
  return !target.closest('[data-warnings]') && !/(^note|-directions|-batch_reason)$/.test(target.name ?? '');
}

async function preview(form, signal) {
  const body = new URLSearchParams(new FormData(form));
  body.delete('idempotency_key');
  const headers = { 'HX-Request': 'true', 'X-CSRF-Token': csrfToken() };
  try {
    const answer = await fetch(form.dataset.preview, { method: 'POST', body, signal, headers, credentials: 'same-origin' });
    if (!answer.ok) return null;
    const holder = document.createElement('template');
    holder.innerHTML = await answer.text();
    return holder.content;
  } catch {
    return null;
  }
}

function show(form, fragment) {
  form.querySelectorAll('[data-line]').forEach((row, index) => {
    const said = fragment.querySelector(`[data-preview-of="${index}"]`)?.innerHTML ?? '';
    const place = row.querySelector('[data-line-preview]');
    if (place.contains(document.activeElement) || place.dataset.said === said) return;
    place.dataset.said = said;
    place.innerHTML = said;
  });
  showWarnings(form, fragment.querySelectorAll('[data-preview-warnings] > [data-warning]'));
}

/** What is answered already, or being answered, stays as it is. */
function showWarnings(form, wanted) {
  const panel = form.querySelector('[data-warnings]');
  const known = new Map([...panel.children].map((warning) => [warning.dataset.warning, warning]));
  const names = new Set([...wanted].map((warning) => warning.dataset.warning));
  for (const [name, warning] of known) if (!names.has(name)) warning.remove();
  for (const warning of wanted) {
    if (known.has(warning.dataset.warning)) continue;
    panel.append(warning);
    announce(warning.querySelector('label').textContent);
  }
  panel.closest('[data-warnings-card]').hidden = names.size === 0;
}

async function showPatient(form) {
  const panel = form.querySelector('[data-patient-panel]');
  const id = form.elements.patient_id.value;
  panel.replaceChildren();
  if (!id) return;
  try {
    const html = await fetchFragment(`${form.dataset.panel}?patient_id=${encodeURIComponent(id)}`);
    if (form.elements.patient_id.value === id) panel.innerHTML = html;
  } catch {
    if (form.elements.patient_id.value === id) sayPatientUnknown(form, panel);
  }
}

/** An empty panel would read as "no allergies": what could not be loaded is said. */
function sayPatientUnknown(form, panel) {
  panel.append(form.querySelector('[data-panel-failed]').content.cloneNode(true));
  panel.querySelector('button').addEventListener('click', () => showPatient(form));
  announce(panel.textContent);
}

/** The one who prescribed last, unless somebody else was chosen by hand. */
function offerPrescriber(form, { prescriberId, prescriber }) {
  const { prescriber: field, prescriber_id: id } = form.elements;
  if (id.value && id.value !== form.dataset.offered) return;
  field.value = prescriber ?? '';
  id.value = prescriberId ?? '';
  form.dataset.offered = id.value;
}

function goOn(form, from) {
  const next = from.name === 'patient' && !form.elements.prescriber_id.value ? form.elements.prescriber : form.querySelector('[data-line] input');
  next.focus();
  next.select();
}

/** Enter never posts a dispensing by accident: it goes on. */
function step(form, event) {
  const { target } = event;
  if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (!target.matches('input:not([type=checkbox])') || target.closest('[data-line]')) return;
  event.preventDefault();
  const open = unanswered(form).find((field) => field !== target);
  if (target.closest('[data-warnings]')) return (open ?? form.querySelector('[data-main-submit]')).focus();
  if (target.name !== 'note') goOn(form, target);
}

function unanswered(form) {
  return [...form.querySelectorAll('[data-warnings] input')].filter((field) => !field.value.trim());
}

function holdUnanswered(form, event) {
  if (event.submitter && !event.submitter.hasAttribute('data-main-submit')) return;
  const [first] = unanswered(form);
  if (!first) return;
  event.preventDefault();
  first.focus();
}
