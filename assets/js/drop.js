import { onContent } from './content.js';

// A file dropped anywhere on the form is as good as one chosen.
onContent('form[data-drop]', (form) => {
  const input = form.querySelector('input[type=file]');
  const isOver = (over) => form.classList.toggle('is-over', over);
  form.classList.add('drop-zone');
  form.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    isOver(true);
  });
  form.addEventListener('dragleave', (event) => isOver(form.contains(event.relatedTarget)));
  form.addEventListener('drop', (event) => {
    event.preventDefault();
    isOver(false);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    const chosen = new DataTransfer();
    chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    input.focus();
  });
});
