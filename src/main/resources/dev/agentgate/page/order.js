import { html } from './view.js';

export function OrderScreen() {
  return html`<h1>Order</h1>`;
}
