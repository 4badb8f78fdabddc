// Parts that several screens use.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from './view.js';

/** The status of an order or a run, as a word with a coloured mark. */
export function Status({ of }) {
  return html`<span class=${`status status-${of}`}><span class="mark" aria-hidden="true"></span>${of}</span>`;
}

/**
 * A sentence about something that went wrong. What does not exist is not asked for again. With `over` it lies above a
 * corner of what is shown, which stays where it is.
 */
export function Problem({ error, retry, over }) {
  return html`<div class=${`notice notice-bad ${over ? 'over' : ''}`} role="alert">
    <p>${error.message}</p>
    ${retry && error.status !== 404 && html`<button type="button" onClick=${retry}>Try again</button>`}
  </div>`;
}

/** Something is on its way. It is shown only after a moment, so that quick answers do not flicker. */
export function Loading() {
  return html`<p class="loading" role="status">Loading…</p>`;
}

export function Empty({ children }) {
  return html`<div class="empty">${children}</div>`;
}

/**
 * A button that shows that its action is under way, and what went wrong with it. It is not disabled meanwhile, because it
 * would lose the focus.
 */
export function Action({ label, busy = `${label}…`, run, kind = '', ...more }) {
  const [working, setWorking] = useState(false);
  const click = async () => {
    if (working) {
      return;
    }
    setWorking(true);
    try {
      await run();
    } catch (e) {
      announce(e.message, 'bad');
    } finally {
      setWorking(false);
    }
  };
  return html`<button type="button" class=${kind} aria-disabled=${working} onClick=${click} ...${more}>
    ${working ? busy : label}
  </button>`;
}

/** Returns whether the component is still shown, for use when something has been awaited. */
export function useShown() {
  const shown = useRef(true);
  useLayoutEffect(() => () => {
    shown.current = false;
  }, []);
  return () => shown.current;
}

let dialogs = 0;

/**
 * A modal dialog. The browser keeps the focus inside and gives it back; Escape closes it, unless
 * there is no `onClose`: then it stays.
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  // One dialog may open above another: the key is asked for at any time.
  const id = useMemo(() => `dialog-title-${++dialogs}`, []);
  const isShown = useShown();
  // At once: a key that is pressed now is meant for the dialog.
  useLayoutEffect(() => {
    const element = dialog.current;
    element.showModal();
    return () => element.close();
  }, []);
  // The browser tells of a closed dialog a moment later, when the next one may be open already.
  const closed = () => isShown() && (onClose ? onClose() : dialog.current?.showModal());
  const cancelled = (event) => {
    event.preventDefault();
    onClose?.();
  };
  return html`<dialog ref=${dialog} aria-labelledby=${id} onClose=${closed} onCancel=${cancelled}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}

let show = () => {};

/** Says something in the corner, and to screen readers. `kind` is `good` or `bad`. */
export function announce(text, kind = 'good') {
  show({ text, kind, at: Date.now() });
}

/** Shows what `announce` says; there is one on the page. */
export function Announcements() {
  const [said, setSaid] = useState(null);
  show = setSaid;
  useEffect(() => {
    if (said?.kind === 'good') {
      const timer = setTimeout(() => setSaid(null), 6000);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [said]);
  return html`<div class="announcements" aria-live="polite">
    ${said && html`<div class=${`notice notice-${said.kind}`}>
      <p>${said.text}</p>
      <button type="button" class="quiet" aria-label="Dismiss" onClick=${() => setSaid(null)}>×</button>
    </div>`}
  </div>`;
}

/**
 * Loads something, and again when `again` is called. Keeps what is shown while it loads again; with
 * `keep` also while something else is loaded because `inputs` have changed.
 * Returns `{value, error, again}`.
 */
export function useLoaded(load, inputs, { keep = false } = {}) {
  const [state, setState] = useState({});
  const current = useRef(null);
  const again = () => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    return load(controller.signal).then(
      (value) => !controller.signal.aborted && setState({ value }),
      (error) => !controller.signal.aborted && setState((before) => ({ value: before.value, error })),
    );
  };
  useEffect(() => {
    if (!keep) {
      setState({});
    }
    again();
    return () => current.current.abort();
  }, inputs);
  return { ...state, again };
}
