import { html } from './view.js';

export function ChangeScreen({ runId, api }) {
  return html`<h1>Change</h1>`;
}
