import { html } from './view.js';

export function OverviewScreen() {
  return html`<h1>Overview</h1>`;
}
