// The instances that share the orders: what each runs, and what happens to the orders of one that is gone.
import { number, several } from './format.js';
import { useRefresh } from './refresh.js';
import { readInstances } from './shared.js';
import { Elapsed, Time, clockTime } from './time.js';
import { Empty, Loading, Problem, useLoaded } from './ui.js';
import { html } from './view.js';
import { listed } from './words.js';

/** An instance renews its lease without an event that tells of it. */
const APART = 5000;
/** How long an instance is shown that is not listed any more. */
const REMEMBERED = 3_600_000;

const LOOKS = { alive: 'completed', draining: 'queued', silent: 'failed', gone: 'failed', stopped: 'cancelled' };

/** The instances that this tab has seen, by id. */
const seen = new Map();

/**
 * Adds `state` to each instance: `alive`, `draining`, `silent` (it has not renewed its lease for half of its length),
 * or `gone`. They are compared with each other, and not with the clock of the browser, which may be wrong.
 */
export function withStates(items) {
  const newest = Math.max(...items.map(({ lastSeen }) => Date.parse(lastSeen)));
  return items.map((instance) => ({ ...instance, state: stateOf(instance, newest) }));
}

function stateOf({ alive, draining, lastSeen, leaseUntil }, newest) {
  if (!alive) {
    return 'gone';
  }
  const renewed = Date.parse(lastSeen);
  if (leaseUntil && newest - renewed > (Date.parse(leaseUntil) - renewed) / 2) {
    return 'silent';
  }
  return draining ? 'draining' : 'alive';
}

/** Whether nobody may count on this instance. */
export const isMissing = ({ state }) => state === 'silent' || state === 'gone';

/** The instances of an answer, and those that left the list while this tab was open. */
function remembered(items) {
  const now = withStates(items);
  const ids = new Set(now.map(({ id }) => id));
  now.forEach((instance) => seen.set(instance.id, instance));
  const left = [...seen.values()]
    .filter(({ id, lastSeen }) => !ids.has(id) && Date.now() - Date.parse(lastSeen) < REMEMBERED)
    .map((instance) => ({
      ...instance, left: true, running: 0, state: instance.state === 'draining' ? 'stopped' : 'gone',
    }));
  return [...now, ...left].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function load(api, signal) {
  const { items, shared } = await readInstances(api, signal);
  return { shared, instances: remembered(items) };
}

export function InstancesScreen({ api }) {
  const now = useLoaded((signal) => load(api, signal), []);
  useRefresh(now.again, { anyway: APART });
  return html`
    <div class="screen-head">
      <h1>Instances</h1>
      <p class="muted number" role="status">${now.value?.shared ? summary(now.value.instances) : '\u00a0'}</p>
    </div>
    ${now.error && html`<${Problem} error=${now.error} retry=${now.again} over=${now.value} />`}
    ${!now.value && !now.error && html`<${Loading} />`}
    ${now.value && (now.value.shared ? html`<${Instances} all=${now.value.instances} />` : html`<${Only} />`)}`;
}

function summary(all) {
  const here = all.filter(({ left }) => !left);
  const alive = here.filter((instance) => !isMissing(instance));
  const slots = alive.reduce((sum, instance) => sum + instance.slots, 0);
  const words = alive.length < here.length
    ? `${number(alive.length)} of ${several(here.length, 'instance')} alive` : several(here.length, 'instance');
  return `${words}, ${several(slots, 'slot')}`;
}

function Only() {
  return html`<div class="panel"><${Empty}>
    <p>This service keeps its orders in a data directory of its own, so it is the only instance.</p>
    <p>Several instances can share their orders in PostgreSQL: see <code>agentgate.store.kind</code>.</p>
  <//></div>`;
}

function Instances({ all }) {
  return html`
    <div class="panel">
      <table class="instances">
        <thead><tr>
          <th scope="col">State</th><th scope="col">Instance</th><th scope="col">Slots used</th>
          <th scope="col">Version</th><th scope="col">Started</th><th scope="col">Last seen</th>
        </tr></thead>
        <tbody>${all.map((instance) => html`<${Row} key=${instance.id} instance=${instance} />`)}</tbody>
      </table>
    </div>
    <${Notices} all=${all} />`;
}

function Row({ instance }) {
  const { id, state, version, slots, running, startedAt, lastSeen, left } = instance;
  return html`<tr class=${left ? 'instance-left' : undefined}>
    <td class="cell-status">
      <span class=${`status status-${LOOKS[state]}`}><span class="mark" aria-hidden="true"></span>${state}</span>
      <${Why} instance=${instance} />
    </td>
    <td class="cell-instance">${id}</td>
    <td class="cell-slots number">${left ? '–' : html`<span class="instance-label">Slots used: </span>${number(running)} of ${number(slots)}`}</td>
    <td class="cell-version mono">${version || '–'}</td>
    <td class="cell-started"><span class="instance-label">Started </span><${Time} at=${startedAt} /></td>
    <td class="cell-seen"><span class="instance-label">Last seen </span><${Time} at=${lastSeen} /></td>
  </tr>`;
}

/** What there is to say about the state, in a few words. */
function Why({ instance }) {
  const { state, running, lastSeen, left } = instance;
  const words = {
    draining: running > 0 ? `${running} still running` : 'starts nothing',
    silent: 'its lease is not renewed',
    gone: html`for <${Elapsed} from=${lastSeen} />${left && ', its orders are taken over'}`,
    stopped: html`<${Time} at=${lastSeen} />`,
  }[state];
  return words ? html`<div class="why">${words}</div>` : null;
}

/** What an operator must know of the instances. */
function Notices({ all }) {
  const here = all.filter(({ left }) => !left);
  const versions = [...new Set(here.filter(({ alive }) => alive).map(({ version }) => version).filter(Boolean))].sort();
  return html`<section class="notices" aria-label="Notices" aria-live="polite">
    ${here.filter(isMissing).map((instance) => html`<div class="notice notice-warn" key=${instance.id}>
      <p><${Missing} ...${instance} /></p></div>`)}
    ${versions.length > 1 && html`<div class="notice" key="versions">
      <p>The versions ${listed(versions)} are running. That is usual only while an upgrade is under way.</p></div>`}
  </section>`;
}

/** What happens to the orders of an instance. No time here ticks: it would be read aloud each time. */
function Missing({ id, state, running, lastSeen, leaseUntil }) {
  const orders = several(running, 'order');
  if (state === 'silent') {
    const next = running === 0 ? 'it is gone' : `another instance takes over its ${orders}`;
    return html`<strong>${id}</strong> has not renewed its lease since ${clockTime(lastSeen)}.
      ${' '}Unless it comes back before ${clockTime(leaseUntil)}, ${next}.`;
  }
  return html`<strong>${id}</strong> is gone, and ${number(running)} of its orders
    ${' '}${running === 1 ? 'is' : 'are'} not taken over yet. Another instance does it: the runs end as “lost”, and the
    ${' '}orders are retried if they have attempts left.`;
}
