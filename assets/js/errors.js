import { onContent } from './content.js';

/** "Please fill this in." alone does not say where: each line of the summary begins with the name of its field. */
onContent('[data-error-summary]', (summary) => {
  for (const link of summary.querySelectorAll('a[href^="#f-"]')) {
    const name = nameOf(document.getElementById(link.hash.slice(1)));
    if (name) link.prepend(`${name}: `);
  }
  summary.focus();
});

function nameOf(control) {
  const label = control?.type === 'radio' ? control.closest('fieldset')?.querySelector('legend') : control?.labels?.[0];
  const name = control?.getAttribute('aria-label') ?? label?.firstChild.textContent.trim();
  const line = control?.name?.match(/-(\d+)-/);
  return name && line ? `${Number(line[1]) + 1}. ${name}` : name;
}
