// Asks for a key.
import { tryKey } from './session.js';
import { Dialog } from './ui.js';
import { html, useState } from './view.js';

export function KeyDialog() {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const key = new FormData(event.target).get('key').trim();
    if (key === '' || busy) {
      return;
    }
    setBusy(true);
    setError(await tryKey(key));
    setBusy(false);
  };
  return html`<${Dialog} title="Enter your key">
    <form onSubmit=${submit}>
      <p>This service needs an API key. It is kept for this tab only.</p>
      <label for="key">Key</label>
      <input id="key" name="key" type="password" autocomplete="off" spellcheck=${false} required
        autofocus aria-describedby=${error ? 'key-error' : undefined} aria-invalid=${error ? 'true' : undefined} />
      ${error && html`<p id="key-error" class="error" role="alert">${error}</p>`}
      <div class="buttons"><button class="primary" aria-disabled=${busy}>Continue</button></div>
    </form>
  <//>`;
}
