/** Run `prepare(element)` for what matches in the page and in everything htmx puts into it later. */
export function onContent(selector, prepare) {
  document.querySelectorAll(selector).forEach(prepare);
  document.addEventListener('htmx:load', ({ detail: { elt } }) => {
    if (elt === document.body) return;
    if (elt.matches(selector)) prepare(elt);
    elt.querySelectorAll(selector).forEach(prepare);
  });
}

/** A message rendered by the server, in the user's language; `{name}` takes its fact. */
export function message(name, facts = {}) {
  const text = document.getElementById('messages')?.dataset[name] ?? '';
  return text.replace(/\{(\w+)\}/g, (whole, fact) => facts[fact] ?? whole);
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? '';
}

export function isTyping(target) {
  return target.isContentEditable || target.closest?.('input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select') !== null;
}

export async function fetchFragment(url, signal) {
  const answer = await fetch(url, { signal, headers: { 'HX-Request': 'true' }, credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}
