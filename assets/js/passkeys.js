import { csrfToken, onContent } from './content.js';
import { toast } from './announce.js';

/**
 * `<form data-passkey="create|get" data-passkey-options="/api/…">`: before it is sent the browser is asked for a
 * passkey, and its answer goes as JSON in the form's field `passkey`. The server judges it as any other form.
 */
onContent('form[data-passkey]', (form) => {
  if (!window.PublicKeyCredential) return;
  form.hidden = false;
  form.addEventListener('submit', (event) => ask(event, form));
});

async function ask(event, form) {
  const field = form.elements.passkey;
  if (field.value || !nameIsGiven(form)) return;
  event.preventDefault();
  try {
    field.value = JSON.stringify(await answerTo(form));
  } catch {
    toast(form.dataset.passkeyFailed);
    return;
  }
  form.requestSubmit();
}

/** The server says what is missing; no device is asked before. */
function nameIsGiven(form) {
  return !form.elements.name || form.elements.name.value.trim() !== '';
}

async function answerTo(form) {
  const options = await optionsFrom(form.dataset.passkeyOptions);
  if (form.dataset.passkey === 'create') return made(await navigator.credentials.create({ publicKey: forCreating(options) }));
  return used(await navigator.credentials.get({ publicKey: forGetting(options) }));
}

async function optionsFrom(address) {
  const answer = await fetch(address, { method: 'POST', headers: { 'X-CSRF-Token': csrfToken(), Accept: 'application/json' }, credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function forCreating(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map((item) => ({ ...item, id: bytes(item.id) })),
  };
}

function forGetting(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: [] };
}

function made({ rawId, response }) {
  return { id: text(rawId), client_data: text(response.clientDataJSON), attestation: text(response.attestationObject) };
}

function used({ rawId, response }) {
  return {
    id: text(rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    user_handle: response.userHandle ? text(response.userHandle) : null,
  };
}

function bytes(base64url) {
  const raw = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
}

function text(buffer) {
  const raw = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(raw).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
