// Whether several instances may share the orders of this service. The answer never changes, so it is kept for the tab.
import { useLiveState } from './live.js';
import { useEffect, useReducer } from './view.js';

const STORED = 'agentgate.shared';

let shared = stored();
let known = false;
const listeners = new Set();

function stored() {
  try {
    return sessionStorage.getItem(STORED) === 'true';
  } catch {
    return false;
  }
}

function learn(now) {
  known = true;
  if (now === shared) {
    return;
  }
  shared = now;
  try {
    sessionStorage.setItem(STORED, String(shared));
  } catch {
    // It is asked for again after the next load.
  }
  listeners.forEach((listener) => listener());
}

/** Reads the instances: `{items, shared}`. */
export async function readInstances(api, signal) {
  const answer = await api.get('/instances', { signal });
  learn(answer.shared);
  return answer;
}

/** Whether the orders are shared; false until the service has said so. Renders again when that is known. */
export function useShared(api) {
  const [, again] = useReducer((n) => n + 1, 0);
  const live = useLiveState() === 'live';
  useEffect(() => {
    listeners.add(again);
    return () => listeners.delete(again);
  }, []);
  useEffect(() => {
    if (live && !known) {
      // If it fails, the next connection asks again.
      readInstances(api).catch(() => {});
    }
  }, [live]);
  return shared;
}
