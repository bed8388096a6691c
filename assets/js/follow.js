/**
 * Links beside a list say one thing about it (a filter, an export); the rest is what the page asks now.
 * The server drew them for the query that it was asked; a search by htmx changes that query and the list alone.
 */
const drawnFor = new URLSearchParams(location.search);
const PAGING = ['page', 'cursor'];
const said = new WeakMap();

document.addEventListener('htmx:pushedIntoHistory', () => {
  for (const link of document.querySelectorAll('a[data-follow]')) {
    if (!said.has(link)) said.set(link, changes(new URLSearchParams(link.search)));
    link.search = now(said.get(link));
  }
});

/** What the link changes about the query: name and value, or null for what it takes away. */
function changes(own) {
  const names = new Set([...own.keys(), ...drawnFor.keys()]);
  return [...names].filter((name) => own.get(name) !== drawnFor.get(name)).map((name) => [name, own.get(name)]);
}

function now(differences) {
  const query = new URLSearchParams(location.search);
  for (const name of [...PAGING, ...query.keys()]) if (PAGING.includes(name) || !query.get(name)) query.delete(name);
  for (const [name, value] of differences) value === null ? query.delete(name) : query.set(name, value);
  return query.toString();
}
