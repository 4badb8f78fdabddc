// The changes of all orders, over one stream for the whole tab.
import { api } from './api.js';
import { useEffect, useReducer, useRef } from './view.js';

let state = 'connecting';
const watchers = new Set();
const listeners = new Set();
let stream = null;
let opened = false;

function open() {
  stream ??= api.stream('/events', {
    onEvent({ name, data }) {
      if (name === 'work-order') {
        const change = JSON.parse(data);
        listeners.forEach((listener) => listener(change));
      } else if (name === 'reset') {
        listeners.forEach((listener) => listener(null));
      }
    },
    onState(now) {
      // What was read before the stream was open may be out of date.
      if (now === 'live' && !opened) {
        opened = true;
        listeners.forEach((listener) => listener(null));
      }
      // A new attempt is not yet a connection.
      state = now === 'connecting' && state === 'lost' ? 'lost' : now;
      watchers.forEach((watcher) => watcher());
    },
  });
}

/**
 * Calls `listener(change)` for each change of an order, and `listener(null)` when some may have
 * been missed: then everything shown must be read again. Returns a function that ends it.
 */
export function listen(listener) {
  open();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** As `listen`, for as long as the component is shown. */
export function useChanges(listener) {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => listen((change) => newest.current(change)), []);
}

/** Returns the state of the stream, as `api.stream` names it. */
export function useLiveState() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    open();
    watchers.add(again);
    return () => watchers.delete(again);
  }, []);
  return state;
}
