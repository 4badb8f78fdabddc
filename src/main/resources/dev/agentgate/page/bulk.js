// Retries or cancels every order that matches the filters. How many there are is shown first.
import { queryOf, withQuery } from './filter.js';
import { number, several } from './format.js';
import { Dialog, Loading, Problem, announce, useLoaded, useShown } from './ui.js';
import { html, useState } from './view.js';
import { listed } from './words.js';

/** What can be done to many orders, and in which states. */
export const BULK = {
  retry: {
    verb: 'Retry',
    path: '/work-orders/runs',
    states: ['completed', 'failed', 'cancelled'],
    // Without a filter, only these: nobody means to do finished work again.
    usual: ['failed'],
    would: 'wouldQueue',
    did: 'queued',
    explain: 'They will be queued for a new attempt, the oldest first.',
    done: (n) => `${several(n, 'order is', 'orders are')} queued again.`,
    busy: 'Queueing…',
  },
  cancel: {
    verb: 'Cancel',
    path: '/work-orders/cancel',
    states: ['queued', 'running'],
    usual: ['queued', 'running'],
    would: 'wouldCancel',
    did: 'cancelled',
    explain: 'Their processes will be stopped. A cancelled order can be retried later.',
    done: (n) => `${several(n, 'order is', 'orders are')} cancelled.`,
    busy: 'Cancelling…',
  },
};

/** Returns the states that an action would apply to under a filter. */
export function statesFor(action, filter) {
  return filter.status.length === 0 ? action.usual : action.states.filter((it) => filter.status.includes(it));
}

/** What the dialog counts and then changes, whatever the filters become meanwhile. */
function asked(action, filter) {
  const states = statesFor(action, filter);
  const query = (more) => withQuery(action.path, queryOf({ ...filter, status: states }, more));
  return { states, before: filter.createdBefore, query };
}

export function BulkDialog({ api, action, filter, onClose }) {
  const [{ states, before, query }] = useState(() => asked(action, filter));
  const count = useLoaded(async () => {
    // So that no order is changed that arrives after the count. The browser's clock may be wrong.
    const { timestamp } = await api.get('/queue/health');
    const createdBefore = before && Date.parse(before) < Date.parse(timestamp) ? before : timestamp;
    return { createdBefore, ...await api.post(query({ createdBefore, dryRun: 'true' })) };
  }, []);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState(null);
  const isShown = useShown();
  const matching = count.value?.[action.would];

  const run = async () => {
    if (working) {
      return;
    }
    setWorking(true);
    setError(null);
    try {
      const result = await api.post(query({ createdBefore: count.value.createdBefore }));
      const failed = result.failed ? ` ${several(result.failed, 'order')} could not be changed.` : '';
      announce(action.done(result[action.did]) + failed, result.success ? 'good' : 'bad');
      if (isShown()) {
        onClose();
      }
    } catch (e) {
      if (!isShown()) {
        announce(e.message, 'bad');
      }
      setError(e);
      setWorking(false);
    }
  };

  return html`<${Dialog} title=${`${action.verb} ${listed(states)} orders`} onClose=${onClose}>
    <div class="stack">
      ${count.error && html`<${Problem} error=${count.error} retry=${count.again} />`}
      ${matching === undefined && !count.error && html`<${Loading} />`}
      ${matching === 0 && html`<p>No ${states.join(' or ')} order matches these filters.</p>`}
      ${matching > 0 && html`<p><strong>${several(matching, 'order matches', 'orders match')}</strong> these filters.
        ${' '}${action.explain}</p>`}
      ${error && html`<${Problem} error=${error} />`}
      <div class="buttons">
        <button type="button" onClick=${onClose}>${matching === 0 ? 'Close' : 'Keep them as they are'}</button>
        ${matching > 0 && html`<button type="button" class=${action === BULK.cancel ? 'danger' : 'primary'}
          aria-disabled=${working} onClick=${run}>
          ${working ? action.busy : `${action.verb} ${number(matching)} ${matching === 1 ? 'order' : 'orders'}`}
        </button>`}
      </div>
    </div>
  <//>`;
}
