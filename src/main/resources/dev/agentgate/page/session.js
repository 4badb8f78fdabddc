// The key of this tab and what it may do.
import { useEffect, useReducer } from './view.js';

const STORED = 'agentgate.key';
const ROLES = ['viewer', 'operator', 'admin'];

let key = stored();
let role = null;
let asking = null;
const listeners = new Set();

function stored() {
  try {
    return sessionStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function tell() {
  listeners.forEach((listener) => listener());
}

/** Returns the headers that identify this tab. */
export function credentials() {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** Remembers the role that an answer names. */
export function learnRole(response) {
  const named = response.headers.get('AgentGate-Role');
  if (named && named !== role) {
    role = named;
    tell();
  }
}

/** Whether the key's role includes this one. Nothing is known before the first answer. */
export function may(needed) {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/**
 * Asks for a key, unless there is another one than the one that was refused. The promise is kept
 * once a key has been accepted.
 *
 * @param refused what `credentials` returned for the request that was refused
 */
export function askForKey(refused) {
  if (refused.Authorization !== credentials().Authorization) {
    return Promise.resolve();
  }
  if (!asking) {
    asking = {};
    asking.promise = new Promise((resolve) => {
      asking.resolve = resolve;
    });
    tell();
  }
  return asking.promise;
}

/** Tries a key; returns a sentence if it is refused. */
export async function tryKey(text) {
  if (!/^[\x20-\x7e]+$/.test(text)) {
    return 'This key is not valid: keys have no characters outside ASCII.';
  }
  let response;
  try {
    response = await fetch('/api/v1/queue/health', { headers: { Authorization: `Bearer ${text}` } });
  } catch {
    return 'The service cannot be reached.';
  }
  if (response.status === 401) {
    return 'This key is not valid.';
  }
  if (!response.ok) {
    return `The service answered with status ${response.status}.`;
  }
  key = text;
  try {
    sessionStorage.setItem(STORED, text);
  } catch {
    // The key lives as long as this document.
  }
  learnRole(response);
  const asked = asking;
  asking = null;
  tell();
  asked?.resolve();
  return null;
}

/** Forgets the key and asks for another. */
export function signOut() {
  key = null;
  role = null;
  try {
    sessionStorage.removeItem(STORED);
  } catch {
    // There was nothing to remove.
  }
  location.reload();
}

/** Renders its component again when the key, the role or the question for a key changes. */
export function useSession() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    listeners.add(again);
    return () => listeners.delete(again);
  }, []);
  return { role, hasKey: key !== null, asking: asking !== null };
}
