// What happened lately, made of the newest orders and of the changes since the page was opened.
import { listen } from './live.js';

const NEWEST = 200;
const KEPT = 20_000;

/**
 * Gathers changes: `{at, queued, running, waited, outcome}`, where `queued` and `running` are what
 * was added to the two counts.
 */
export class History {
  constructor() {
    this.changes = [];
    this.seen = new Set();
    // The time from which on it is complete; before it only the newest orders are known.
    this.since = Date.now();
  }

  /** Reads the newest orders. Of an order with several attempts only the last one is known. */
  async read(api, signal) {
    const path = `/work-orders?limit=${NEWEST / 2}`;
    const first = await api.get(path, { signal });
    const second = first.hasMore ? await api.get(`${path}&cursor=${first.nextCursor}`, { signal }) : { items: [] };
    const orders = [...first.items, ...second.items];
    this.partial = second.hasMore === true;
    orders.forEach((order) => this.addOrder(order));
    this.changes.sort((a, b) => a.at - b.at);
  }

  addOrder(order) {
    const time = (text) => (text === undefined ? undefined : Date.parse(text));
    const queued = time(order.queuedAt);
    const started = order.status === 'queued' ? undefined : time(order.startedAt);
    const ended = time({ completed: order.completedAt, failed: order.failedAt, cancelled: order.cancelledAt }[order.status]);
    const add = (change, name) => {
      if (change.at < this.since && !this.seen.has(order.id + name)) {
        this.seen.add(order.id + name);
        this.changes.push(change);
      }
    };
    add({ at: queued, queued: 1, running: 0 }, 'queued');
    if (started !== undefined && started >= queued) {
      add({ at: started, queued: -1, running: 1, waited: started - queued }, 'started');
    }
    if (ended !== undefined) {
      const ran = started !== undefined && started >= queued;
      add({ at: ended, queued: ran ? 0 : -1, running: ran ? -1 : 0, outcome: order.status }, 'ended');
    }
  }

  /** Adds the changes from now on; returns a function that ends it. */
  follow() {
    const waiting = new Map();
    return listen((change) => {
      if (change === null) {
        return;
      }
      const at = Date.parse(change.at);
      const now = change.status;
      const before = change.previousStatus;
      const by = (status) => (now === status ? 1 : 0) - (before === status ? 1 : 0);
      if (now === 'queued') {
        waiting.set(change.workOrderId, at);
      }
      const queuedAt = waiting.get(change.workOrderId);
      if (now !== 'queued') {
        waiting.delete(change.workOrderId);
      }
      this.changes.push({
        at, queued: by('queued'), running: by('running'),
        waited: now === 'running' && queuedAt !== undefined ? at - queuedAt : undefined,
        outcome: ['completed', 'failed', 'cancelled'].includes(now) ? now : undefined,
      });
      if (this.changes.length > KEPT) {
        this.changes.splice(0, KEPT / 4);
        this.partial = true;
      }
    });
  }

  /** Returns the counts over time, reckoned back from what they are now. */
  depths(from, to, now) {
    let queued = now.queuedCount;
    let running = now.runningCount;
    const points = [[to, queued, running]];
    for (let i = this.changes.length - 1; i >= 0 && this.changes[i].at >= from; i--) {
      const change = this.changes[i];
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

  /** Returns when orders started, and how many seconds they had waited. */
  waits(from) {
    const starts = this.changes.filter(({ at, waited }) => at >= from && waited !== undefined);
    return [starts.map(({ at }) => at / 1000), starts.map(({ waited }) => waited / 1000)];
  }

  /** Returns how many runs ended how, in equal parts of the time. */
  outcomes(from, to, parts) {
    const size = (to - from) / parts;
    const times = Array.from({ length: parts }, (_, i) => (from + (i + 0.5) * size) / 1000);
    const counts = { completed: new Array(parts).fill(0), failed: new Array(parts).fill(0), cancelled: new Array(parts).fill(0) };
    this.changes.forEach(({ at, outcome }) => {
      if (outcome && at >= from && at < to) {
        counts[outcome][Math.floor((at - from) / size)] += 1;
      }
    });
    return { times, counts };
  }
}
