/** What the screens of a run share. */
import { HIDDEN_FOR } from './api.js';
import { Link } from './router.js';
import { html } from './view.js';

/** The head of a screen of a run: which run, of which order, and the way to the other screen. */
export function RunHead({ title, run, runId, other, error }) {
  return html`
    <header class="viewer-head">
      <h1>${title}</h1>
      ${run && html`
        <span>Run ${run.attempt} of <${Link} href=${`/orders/${run.workOrderId}`}>${run.workOrderId}<//></span>
        <${Link} href=${`/runs/${runId}/${other.toLowerCase()}`}>${other}<//>
      `}
      ${!run && error && html`<span>${runId}</span>`}
    </header>
  `;
}

/** Rows are divided anew when the size has not changed for this time. */
export const RESIZE_PAUSE = 150;

/** Copies the rows of one line as one line. */
export function copyWholeLines(event) {
  const rows = [...getSelection().getRangeAt(0).cloneContents().querySelectorAll('.row')];
  if (rows.length > 1) {
    const text = rows.map((row, i) => {
      const continues = i > 0 && row.classList.contains('continued');
      return (i === 0 || continues ? '' : '\n') + (row.querySelector('.row-text')?.textContent ?? '');
    });
    event.clipboardData.setData('text/plain', text.join(''));
    event.preventDefault();
  }
}

/** The state of a viewer whose worker could not be loaded, as after an upgrade of the service, or has failed. */
export const READER_GONE = { type: 'state', state: 'refused', detail: 'load this page again' };

/** Calls back with true once the tab has been hidden for a while, and with false when it is seen again. */
export function watchVisibility(changed) {
  let timer = 0;
  let rests = false;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => changed((rests = true)), HIDDEN_FOR);
    } else if (rests) {
      changed((rests = false));
    }
  };
  document.addEventListener('visibilitychange', look);
  // A tab that was opened in the background is hidden from the start.
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}

export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers have a clipboard only for https and loopback addresses.
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  focused?.focus();
}
