import { html } from './view.js';

export function LogScreen({ runId, api }) {
  return html`<h1>Log</h1>`;
}
