// The list of orders. Its filters are the path, so that a list can be shared.
import { BULK, BulkDialog, statesFor } from './bulk.js';
import { filterOf, others, queryOf, withQuery } from './filter.js';
import { dollars, firstLine, listOf, listText, number, several, sourceName } from './format.js';
import { useChanges } from './live.js';
import { useRefresh } from './refresh.js';
import { Link, navigate } from './router.js';
import { may } from './session.js';
import { Elapsed, Time } from './time.js';
import { Empty, Loading, Problem, Status, useLoaded } from './ui.js';
import { html, useEffect, useRef, useState } from './view.js';
import { FAILURE_REASONS, FINISHED, STATUSES, listed, reason } from './words.js';

const PAGE = 50;

export function OrdersScreen({ api, query }) {
  const filter = filterOf(query);
  const cursor = query.get('cursor') ?? '';
  const asked = queryOf(filter, { cursor, limit: String(PAGE) }).toString();
  const list = useLoaded(
    async (signal) => ({ ...await api.get(`/work-orders?${asked}`, { signal }), asked }), [asked], { keep: true });
  const [bulk, setBulk] = useState(null);
  const shown = useSteady(list.value);

  useRefresh(list.again, {
    wanted: (change) => cursor === '' || shown.items?.some(({ id }) => id === change.workOrderId),
  });
  const patched = usePatched(shown.items);

  const go = (next, more) => navigate(withQuery('/orders', queryOf(next, more)));

  return html`
    <div class="screen-head">
      <h1>Orders</h1>
      <p class="muted number" role="status">${list.value ? several(list.value.total, 'order') : '\u00a0'}</p>
      ${may('operator') && html`<div class="buttons">
        ${Object.values(BULK).map((action) => {
          const states = statesFor(action, filter);
          return html`<button type="button" key=${action.verb} aria-disabled=${states.length === 0}
            title=${states.length === 0 ? `None of these orders can be ${action.verb === 'Retry' ? 'retried' : 'cancelled'}` : undefined}
            onClick=${() => states.length > 0 && setBulk(action)}>${action.verb} ${states.length === 0 ? 'all' : listed(states)}…</button>`;
        })}
      </div>`}
    </div>
    ${!list.value && !list.error && html`<${Loading} />`}
    ${(list.value || list.error) && html`<${Filters} api=${api} filter=${filter} go=${go} />`}
    ${list.error && html`<${Problem} error=${list.error} retry=${list.again} over=${list.value} />`}
    <p class="hidden-text" role="status">${shown.added.length > 0 ? 'There are new orders.' : ''}</p>
    <div class="news">${newsOf(shown) && html`<button type="button" class="quiet" onClick=${shown.update}>
      ${newsOf(shown)}</button>`}</div>
    <div class=${`${list.value ? 'panel' : ''} ${list.value && list.value.asked !== asked ? 'stale' : ''}`}>
      ${patched?.length === 0 && html`<${Empty}>
        ${asked.includes('&') ? 'No order matches these filters.' : 'There are no orders yet.'}
      <//>`}
      ${patched?.length > 0 && html`<${OrderTable} orders=${patched} />`}
    </div>
    ${list.value && (cursor || list.value.hasMore) && html`<nav class="pages" aria-label="Pages">
      ${cursor && html`<button type="button" onClick=${() => go(filter)}>Newest</button>
        <button type="button" onClick=${() => history.back()}>Back</button>`}
      ${list.value.hasMore && html`<button type="button" onClick=${() => go(filter, { cursor: list.value.nextCursor })}>
        Older</button>`}
    </nav>`}
    ${bulk && html`<${BulkDialog} api=${api} action=${bulk} filter=${filter} onClose=${() => setBulk(null)} />`}`;
}

/**
 * Keeps the rows that were first shown in place, so that nothing moves below a reader's eyes and nobody clicks on the
 * wrong one. What is newer, and what no longer matches, is counted, the newest named, and changed on request.
 */
function useSteady(value) {
  const kept = useRef({ asked: null, rows: new Map() });
  const [, again] = useState(0);
  if (!value) {
    return { added: [], gone: 0 };
  }
  const { items, asked } = value;
  const { rows, oldest } = kept.current;
  if (kept.current.asked !== asked || rows.size === 0) {
    kept.current = { asked, rows: new Map(items.map((order) => [order.id, order])), oldest: oldestOf(value) };
    return { items, added: [], gone: 0 };
  }
  const now = new Set(items.map(({ id }) => id));
  const others = items.filter(({ id }) => !rows.has(id));
  const left = [...rows.values()].filter(({ id }) => !now.has(id));
  items.filter(({ id }) => rows.has(id)).forEach((order) => rows.set(order.id, order));
  return {
    items: [...rows.values()],
    // Others have only changed the page.
    added: others.filter((order) => createdAt(order) > oldest),
    gone: left.filter((order) => createdAt(order) > oldestOf(value)).length,
    update() {
      kept.current = { asked: null, rows };
      again((n) => n + 1);
    },
  };
}

const createdAt = (order) => Date.parse(order.createdAt);

/** Returns the time after which the orders of an answer were created: all that match and are younger are in it. */
const oldestOf = ({ items, hasMore }) => (hasMore ? createdAt(items.at(-1)) : -Infinity);

/** Returns what the button above the list says, if the list has changed. */
function newsOf({ added, gone }) {
  if (added.length > 0) {
    const count = added.length < PAGE ? several(added.length, 'new order') : 'the newest orders';
    return `Show ${count}: ${titleOf(added[0])}${added.length > 1 ? ', …' : ''}`;
  }
  return gone > 0 ? `Hide ${several(gone, 'order that no longer matches', 'orders that no longer match')}` : null;
}

/** Shows a change of these orders at once, before the list has been read again. */
export function usePatched(items) {
  const changes = useRef(new Map());
  const [, again] = useState(0);
  const ids = new Set(items?.map(({ id }) => id));
  changes.current.forEach((_, id) => ids.has(id) || changes.current.delete(id));
  useChanges((change) => {
    if (ids.has(change?.workOrderId)) {
      changes.current.set(change.workOrderId, change);
      again((n) => n + 1);
    }
  });
  return items?.map((order) => {
    const change = changes.current.get(order.id);
    if (!change || change.at <= order.updatedAt) {
      return order;
    }
    const { at, status, attempt, failureReason } = change;
    return { ...order, status, attempt, failureReason, ...(FINISHED.includes(status) && { [`${status}At`]: at }) };
  });
}

function Filters({ api, filter, go }) {
  const agents = useLoaded((signal) => api.get('/agents', { signal }), []);
  const [open, setOpen] = useState(others(filter) > 0);
  const set = (change) => go({ ...filter, ...change });
  const toggle = (status) => set({
    status: filter.status.includes(status) ? filter.status.filter((it) => it !== status) : [...filter.status, status],
  });
  const count = others(filter);
  return html`<section class="filters" aria-label="Filters">
    <div class="filter-row">
      <div class="chips" role="group" aria-label="Status">
        ${STATUSES.map((status) => html`<button type="button" key=${status} class="chip"
          aria-pressed=${filter.status.includes(status)} onClick=${() => toggle(status)}><${Status} of=${status} /></button>`)}
      </div>
      <button type="button" aria-expanded=${open} aria-controls="more-filters" onClick=${() => setOpen(!open)}>
        ${count > 0 ? `Filters (${count})` : 'Filters'}
      </button>
      ${(count > 0 || filter.status.length > 0) && html`<button type="button" class="quiet"
        onClick=${() => go(filterOf(new URLSearchParams()))}>Clear</button>`}
    </div>
    ${open && html`<form id="more-filters" class="filter-grid" onSubmit=${(e) => e.preventDefault()}>
      <label>Agent
        <select value=${filter.agentType} onChange=${(e) => set({ agentType: e.target.value })}>
          <option value="">Any</option>
          ${agentNames(agents.value, filter.agentType).map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
      </label>
      <${TextFilter} label="Repository" hint="owner/repo" value=${filter.repository}
        onSet=${(repository) => set({ repository })} />
      <${TextFilter} label="Labels" hint="team:checkout, …" value=${listText(filter.label)}
        onSet=${(text) => set({ label: listOf(text) })} />
      <label>Failure reason
        <select value=${filter.failureReason[0] ?? ''}
            onChange=${(e) => set({ failureReason: e.target.value ? [e.target.value] : [] })}>
          <option value="">Any</option>
          ${FAILURE_REASONS.map((code) => html`<option key=${code} value=${code}>${reason(code)}</option>`)}
        </select>
      </label>
      <${TimeFilter} label="Created after" value=${filter.createdAfter} onSet=${(createdAfter) => set({ createdAfter })} />
      <${TimeFilter} label="Created before" value=${filter.createdBefore} onSet=${(createdBefore) => set({ createdBefore })} />
      <${TextFilter} label="Go to an order" hint="wo_…" value=""
        onSet=${(id) => id && navigate(`/orders/${encodeURIComponent(id)}`)} />
    </form>`}
  </section>`;
}

function agentNames(agents, chosen) {
  const names = agents?.items.map(({ type }) => type) ?? [];
  return chosen && !names.includes(chosen) ? [...names, chosen] : names;
}

function TextFilter({ label, hint, value, onSet }) {
  const change = (e) => onSet(e.target.value.trim());
  return html`<label>${label}
    <input key=${value} type="text" placeholder=${hint} defaultValue=${value} spellcheck=${false} autocapitalize="off" onChange=${change} />
  </label>`;
}

function TimeFilter({ label, value, onSet }) {
  const change = (e) => onSet(e.target.value ? new Date(e.target.value).toISOString() : '');
  return html`<label>${label}
    <input key=${value} type="datetime-local" defaultValue=${value ? local(value) : ''} onChange=${change} />
  </label>`;
}

/** Returns a time as a field for local times wants it: nothing if an address has something else. */
function local(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A table of orders; on a narrow screen each row is a block. */
export function OrderTable({ orders }) {
  return html`<table class="orders">
    <thead><tr>
      <th scope="col">Status</th><th scope="col">Order</th><th scope="col">Agent</th>
      <th scope="col">Duration</th><th scope="col">Cost</th><th scope="col">Created</th>
    </tr></thead>
    <tbody>${orders.map((order) => html`<${OrderRow} key=${order.id} order=${order} />`)}</tbody>
  </table>`;
}

const titleOf = (order) => firstLine(order.taskPrompt) || order.id;

function OrderRow({ order }) {
  const title = titleOf(order);
  return html`<tr>
    <td class="cell-status"><${Status} of=${order.status} /><${Why} order=${order} /></td>
    <td class="cell-order">
      <${Link} href=${`/orders/${order.id}`} class="order-title" title=${title}>${title}<//>
      <div class="order-facts"><span class="mono">${order.id}</span><span>${sourceName(order.workspaceSource)}</span>
        ${Object.entries(order.labels).map(([key, value]) => html`<span key=${key} class="tag">${key}: ${value}</span>`)}
      </div>
    </td>
    <td class="cell-agent">${order.agentType}</td>
    <td class="cell-took"><${Took} order=${order} /></td>
    <td class="cell-cost number">${order.usage?.costUsd === undefined ? '' : dollars(order.usage.costUsd)}</td>
    <td class="cell-created"><${Time} at=${order.createdAt} /></td>
  </tr>`;
}

/** What there is to say about the status, in a few words. */
function Why({ order }) {
  let words = null;
  if (order.status === 'failed' && order.failureReason) {
    words = reason(order.failureReason, order.exitCode);
  } else if (order.status === 'queued' && order.notBefore && Date.parse(order.notBefore) > Date.now()) {
    words = html`again <${Time} at=${order.notBefore} />`;
  } else if (order.status === 'queued' && order.queuePosition) {
    words = order.queuePosition === 1 ? 'next' : `${number(order.queuePosition - 1)} ahead of it`;
  } else if (order.status === 'running' && order.attempt > 1) {
    words = `attempt ${order.attempt}`;
  }
  return words && html`<div class="why">${words}</div>`;
}

function Took({ order }) {
  const end = order.completedAt ?? order.failedAt ?? order.cancelledAt;
  if (order.status === 'queued' || !order.startedAt || (order.status !== 'running' && !end)) {
    return null;
  }
  return html`<${Elapsed} from=${order.startedAt} to=${order.status === 'running' ? undefined : end} />`;
}
