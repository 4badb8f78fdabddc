import { html } from './view.js';

export function AgentsScreen() {
  return html`<h1>Agents</h1>`;
}
