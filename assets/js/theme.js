// Loaded in the head, before the first paint: «auto» becomes what the system prefers.
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

function apply() {
  const choice = root.dataset.theme;
  const theme = choice === 'auto' ? (dark.matches ? 'dark' : 'light') : choice;
  if (root.dataset.bsTheme === theme) return;
  root.dataset.bsTheme = theme;
  root.dispatchEvent(new CustomEvent('theme:changed'));
}

root.dataset.theme ||= root.dataset.bsTheme || 'auto';
apply();
dark.addEventListener('change', apply);
new MutationObserver(apply).observe(root, { attributeFilter: ['data-theme'] });
