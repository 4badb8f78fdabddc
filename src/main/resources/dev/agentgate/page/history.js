// What happened lately, made of the newest orders and of the changes since the page was opened.
import { listen } from './live.js';
import { FINISHED } from './words.js';

const NEWEST = 200;
const MOST_ORDERS = 10_000;

const byTime = (a, b) => a.at - b.at;
const isIn = (statuses, { at, status }) => statuses.some((one) => one.at === at && one.status === status);

/**
 * Gathers the statuses that each order has had: a list of `{at, status, before}`, the oldest first, where `before` is
 * the status before if the list does not have it. All times are the service's: a browser's clock may be wrong.
 */
export class History {
  #orders = new Map();

  /** Reads the newest orders. Of an order with several attempts only the last one is known. */
  async read(api, signal) {
    const path = `/work-orders?limit=${NEWEST / 2}`;
    const first = await api.get(path, { signal });
    const second = first.hasMore ? await api.get(`${path}&cursor=${first.nextCursor}`, { signal }) : { items: [] };
    [...first.items, ...second.items].reverse().forEach((order) => this.#addOrder(order));
  }

  #addOrder(order) {
    const read = [{ at: Date.parse(order.queuedAt), status: 'queued' }];
    const queued = read[0].at;
    const started = order.status === 'queued' || !order.startedAt ? NaN : Date.parse(order.startedAt);
    if (started >= queued) {
      read.push({ at: started, status: 'running' });
    }
    if (FINISHED.includes(order.status)) {
      read.push({ at: Date.parse(order[`${order.status}At`]), status: order.status });
    }
    const updated = Date.parse(order.updatedAt);
    const known = this.#orders.get(order.id) ?? [];
    const later = known.filter((one) => one.at >= updated && !isIn(read, one));
    this.#put(order.id, [...known.filter(({ at }) => at < queued), ...read, ...later]);
  }

  #addChange({ workOrderId: id, at, status, previousStatus: before }) {
    const known = this.#orders.get(id) ?? [];
    const change = { at: Date.parse(at), status, before };
    // What was read may be newer than the stream.
    if (!isIn(known, change)) {
      this.#put(id, [...known, change].sort(byTime));
    }
  }

  #put(id, statuses) {
    this.#orders.set(id, statuses);
    if (this.#orders.size > MOST_ORDERS) {
      this.#orders.delete(this.#orders.keys().next().value);
    }
  }

  /**
   * Adds the changes from now on; returns a function that ends it.
   *
   * @param onMissed called when some may have been missed: then the newest orders must be read again
   */
  follow(onMissed) {
    return listen((change) => {
      if (change === null) {
        // Nobody knows what became of the others.
        this.#orders.forEach((statuses, id) => FINISHED.includes(statuses.at(-1).status) || this.#orders.delete(id));
        onMissed();
        return;
      }
      this.#addChange(change);
    });
  }

  /**
   * Returns what changed, the oldest first: `{at, queued, running, waited, outcome}`, where `queued` and `running` are
   * what was added to the two counts.
   */
  #changes() {
    const changes = [];
    for (const statuses of this.#orders.values()) {
      statuses.forEach(({ at, status, before }, i) => {
        const last = i === 0 ? before : statuses[i - 1].status;
        const by = (counted) => (status === counted ? 1 : 0) - (last === counted ? 1 : 0);
        changes.push({
          at, queued: by('queued'), running: by('running'),
          waited: status === 'running' && i > 0 ? at - statuses[i - 1].at : undefined,
          outcome: FINISHED.includes(status) ? status : undefined,
        });
      });
    }
    return changes.sort(byTime);
  }

  /**
   * Returns what to draw of a time: `depths`, the counts over it, reckoned back from what they are at its end; `waits`,
   * when orders started, and how many seconds they had waited; `outcomes`, how many runs ended how, in equal parts.
   *
   * @param now the counts at the end
   */
  between(from, to, now, parts) {
    const changes = this.#changes().filter(({ at }) => at >= from && at < to);
    return {
      from, to, depths: depths(changes, from, to, now), waits: waits(changes), outcomes: outcomes(changes, from, to, parts),
    };
  }
}

function depths(changes, from, to, now) {
  let queued = now.queuedCount;
  let running = now.runningCount;
  const points = [[to, queued, running]];
  for (const change of changes.toReversed()) {
    if (change.queued || change.running) {
      points.push([change.at, queued, running]);
      queued = Math.max(0, queued - change.queued);
      running = Math.max(0, running - change.running);
    }
  }
  points.push([from, queued, running]);
  points.reverse();
  return [0, 1, 2].map((column) => points.map((point) => (column === 0 ? point[0] / 1000 : point[column])));
}

function waits(changes) {
  const starts = changes.filter(({ waited }) => waited !== undefined);
  return [starts.map(({ at }) => at / 1000), starts.map(({ waited }) => waited / 1000)];
}

function outcomes(changes, from, to, parts) {
  const size = (to - from) / parts;
  const times = Array.from({ length: parts }, (_, i) => (from + (i + 0.5) * size) / 1000);
  const counts = Object.fromEntries(FINISHED.map((status) => [status, new Array(parts).fill(0)]));
  changes.forEach(({ at, outcome }) => {
    if (outcome) {
      counts[outcome][Math.floor((at - from) / size)] += 1;
    }
  });
  return { times, counts };
}
