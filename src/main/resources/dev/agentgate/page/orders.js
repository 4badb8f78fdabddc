import { html } from './view.js';

export function OrdersScreen() {
  return html`<h1>Orders</h1>`;
}
