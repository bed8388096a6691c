const openMenus = () => document.querySelectorAll('details.menu[open]');

document.addEventListener('click', (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

/** Close the open menu, if there is one, and give the focus back. */
export function closeMenu() {
  const menu = openMenus()[0];
  if (!menu) return false;
  menu.open = false;
  menu.querySelector('summary').focus();
  return true;
}
