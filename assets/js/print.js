import { onContent } from './content.js';

/** `<button data-print hidden>` shows itself where it can do something. */
onContent('[data-print]', (button) => {
  button.hidden = false;
  button.addEventListener('click', () => print());
});
