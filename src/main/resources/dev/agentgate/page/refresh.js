// Reads again after changes: soon after the first, and never more often than the service answers.
import { useChanges } from './live.js';
import { useEffect, useRef } from './view.js';

const SOON = 150;
const APART = 1000;
/** Alerts, budgets and days change without a change of any order. */
const ANYWAY = 30_000;

/**
 * Calls `load` after changes of orders. Many changes are one call: it waits until the call before
 * it has been answered, and at least three times as long as that took. While the tab is seen, it is
 * also called every 30 seconds, and when the tab is seen again.
 *
 * @param options
 *   `wanted(change)`: whether a change matters; all do if some may have been missed;
 *   `anyway`: the time after which it is called without a change, instead of 30 seconds
 */
export function useRefresh(load, { wanted = () => true, anyway = ANYWAY } = {}) {
  const state = useRef({ timer: 0, last: 0, took: 0, busy: false, again: false, ended: false });
  const newest = useRef(load);
  newest.current = load;

  const plan = () => {
    const it = state.current;
    if (it.timer || it.busy || it.ended) {
      it.again = it.busy;
      return;
    }
    const due = it.last + Math.max(APART, 3 * it.took);
    it.timer = setTimeout(run, Math.max(SOON, due - Date.now()));
  };
  const run = async () => {
    const it = state.current;
    it.timer = 0;
    it.busy = true;
    const began = Date.now();
    try {
      await newest.current();
    } finally {
      it.last = Date.now();
      it.took = it.last - began;
      it.busy = false;
      if (it.again) {
        it.again = false;
        plan();
      }
    }
  };
  useChanges((change) => {
    if (change === null || wanted(change)) {
      plan();
    }
  });
  useEffect(() => {
    const ifSeen = () => document.hidden || plan();
    const regularly = setInterval(ifSeen, anyway);
    document.addEventListener('visibilitychange', ifSeen);
    return () => {
      clearInterval(regularly);
      document.removeEventListener('visibilitychange', ifSeen);
      clearTimeout(state.current.timer);
      state.current.ended = true;
    };
  }, []);
}
