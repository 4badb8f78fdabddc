import { html } from './view.js';

export function SubmitScreen() {
  return html`<h1>Submit</h1>`;
}
