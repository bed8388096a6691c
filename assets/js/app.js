import './requests.js';
import './announce.js';
import './menus.js';
import './dialogs.js';
import './keys.js';
import './palette.js';
import './lookup.js';
import './lines.js';
import './errors.js';
import './follow.js';
import './guards.js';
import './theme-choice.js';
import './print.js';
import { onContent } from './content.js';

onContent('[data-chart]', (element) => import('./charts.js').then(({ mount }) => mount(element)));
onContent('form[data-packs]', (form) => import('./packs.js').then(({ mount }) => mount(form)));
onContent('form[data-receive]', (form) => import('./receive.js').then(({ mount }) => mount(form)));
onContent('form[data-dispense]', (form) => import('./dispense.js').then(({ mount }) => mount(form)));
