// Loaded in the head, before the first paint: «auto» becomes what the system prefers.
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

function chosen() {
  const choice = root.dataset.theme;
  return choice === 'auto' ? (dark.matches ? 'dark' : 'light') : choice;
}

function show(theme) {
  if (root.dataset.bsTheme === theme) return;
  root.dataset.bsTheme = theme;
  root.dispatchEvent(new CustomEvent('theme:changed'));
}

const apply = () => show(chosen());

root.dataset.theme ||= root.dataset.bsTheme || 'auto';
apply();
dark.addEventListener('change', apply);
addEventListener('beforeprint', () => show('light'));
addEventListener('afterprint', apply);
new MutationObserver(apply).observe(root, { attributeFilter: ['data-theme'] });
