/** The screen of what a run changed. */
import { bytes, number, several } from './format.js';
import { useChanges } from './live.js';
import { RowView } from './rowview.js';
import { lastThatPasses } from './search.js';
import { askForKey, credentials } from './session.js';
import { Loading, Problem, announce, useLoaded } from './ui.js';
import { html, useEffect, useMemo, useReducer, useRef, useState } from './view.js';
import { READER_GONE, RESIZE_PAUSE, RunHead, copyText, copyWholeLines } from './viewer.js';
import { visible, visibleParts } from './visible.js';

const LETTERS = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R', type_changed: 'T' };
const WORDS = { type_changed: 'changed to another type' };

/** Makes an element with a class and a text, in which characters that cannot be seen are shown as signs. */
function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  for (const part of visibleParts(text)) {
    if (part.sign) {
      const sign = document.createElement('span');
      sign.className = 'sign';
      sign.textContent = part.text;
      made.append(sign);
    } else {
      made.append(part.text);
    }
  }
  return made;
}

function statusLetter(status) {
  const letter = element('span', `file-status status-letter-${status}`, LETTERS[status] ?? '?');
  letter.title = WORDS[status] ?? status;
  letter.setAttribute('aria-hidden', 'true');
  return letter;
}

/** A button that names a file: its status, name, tags and counts. */
function fileButton({ path, oldPath, status, tags = [], insertions, deletions, binary = false }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'file-button';
  const renamed = status === 'renamed' && oldPath && oldPath !== path;
  button.title = renamed ? `${visible(oldPath)} → ${visible(path)}` : visible(path);
  button.append(statusLetter(status), element('span', 'hidden-text', WORDS[status] ?? status));
  const name = element('span', 'file-name', path);
  if (renamed) {
    name.prepend(element('span', 'file-old', oldPath), ' → ');
  }
  button.append(name, ...tags.map((tag) => element('span', 'file-tag', tag)));
  if (insertions > 0) {
    button.append(element('span', 'count-added', `+${number(insertions)}`));
  }
  if (deletions > 0) {
    button.append(element('span', 'count-deleted', `−${number(deletions)}`));
  }
  if (binary && tags.length === 0) {
    button.append(element('span', 'file-tag', 'binary'));
  }
  return button;
}

/** The patch's worker and view, outside of what is rendered. */
class DiffReader {
  #worker;
  #key;
  #view;
  #scroller;
  #requests = new Map();
  #nextRequest = 1;
  #files = [];
  #current = -1;
  #generation = 0;
  #wrap;
  #columns = 0;
  #layout = 0;
  #changed;

  constructor(scroller, { url, size, wrap, changed }) {
    this.#scroller = scroller;
    this.#wrap = wrap;
    this.#changed = changed;
    this.#view = new RowView(scroller, {
      read: (from, to) => this.#ask({ do: 'rows', from, to }),
      render: (row) => this.#render(row),
      onMove: () => this.#moved(),
      onResize: () => this.#resized(),
    });
    scroller.addEventListener('copy', copyWholeLines);
    this.#columns = this.#wantedColumns();
    this.#worker = new Worker(new URL('./change-worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#take(data);
    this.#worker.onerror = () => changed(READER_GONE);
    this.#key = credentials();
    this.#worker.postMessage({ do: 'open', url, headers: this.#key, bytes: size, columns: this.#columns });
  }

  close() {
    this.#scroller.removeEventListener('copy', copyWholeLines);
    clearTimeout(this.#layout);
    this.#worker.terminate();
    this.#view.close();
  }

  set wrap(on) {
    this.#wrap = on;
    this.#lay();
  }

  #resized() {
    clearTimeout(this.#layout);
    this.#layout = setTimeout(() => this.#lay(), RESIZE_PAUSE);
  }

  #lay() {
    const columns = this.#wantedColumns();
    if (columns !== this.#columns) {
      this.#columns = columns;
      this.#worker.postMessage({ do: 'layout', columns, anchor: this.#view.firstRow });
    }
  }

  /** The columns of a wrapped row beside the line numbers and the sign; 0 if lines are not wrapped. */
  #wantedColumns() {
    if (!this.#wrap) {
      return 0;
    }
    const { width, columnWidth } = this.#view.viewport;
    const numbers = 2 * (this.#scroller.querySelector('.row-number')?.offsetWidth ?? 7 * columnWidth);
    return Math.max(20, Math.floor((width - numbers) / columnWidth) - 4);
  }

  async askForKey() {
    await askForKey(this.#key);
    this.#key = credentials();
    this.#worker.postMessage({ do: 'headers', headers: this.#key });
  }

  setAll(opened) {
    this.#worker.postMessage({ do: 'all', opened });
  }

  goTo(file) {
    this.#view.goTo(this.#files[file].start);
  }

  /** Goes to the next file, or to the one before. */
  step(by) {
    const to = Math.min(this.#files.length - 1, Math.max(0, this.#current + by));
    if (this.#files[to]) {
      this.goTo(to);
    }
  }

  toggleCurrent() {
    if (this.#current >= 0) {
      this.#worker.postMessage({ do: 'toggle', file: this.#current });
      this.goTo(this.#current);
    }
  }

  #ask(message) {
    const id = this.#nextRequest++;
    this.#worker.postMessage({ id, ...message });
    return new Promise((resolve) => this.#requests.set(id, resolve));
  }

  #take(message) {
    if (message.id) {
      this.#requests.get(message.id)(message.rows);
      this.#requests.delete(message.id);
    } else if (message.type === 'layout') {
      this.#files = message.files;
      this.#scroller.style.setProperty('--digits', message.digits);
      if (message.generation !== this.#generation) {
        this.#generation = message.generation;
        this.#view.reset(message.rows);
        this.#view.goTo(message.anchor);
      } else {
        this.#view.update(message.rows, 0);
      }
      this.#changed(message);
      this.#moved();
    } else {
      this.#changed(message);
    }
  }

  #moved() {
    const row = this.#view.firstRow;
    const files = this.#files;
    const current = files.length > 0 ? lastThatPasses(files.length, (file) => files[file].start <= row) : -1;
    if (current !== this.#current) {
      this.#current = current;
      this.#changed({ type: 'current', file: current });
    }
  }

  #render(row) {
    switch (row.type) {
      case 'file':
        return this.#fileRow(row);
      case 'note': {
        const made = element('div', 'row note');
        made.append(element('span', 'row-text', row.text));
        return made;
      }
      default:
        return lineRow(row);
    }
  }

  #fileRow(row) {
    const made = element('div', 'row file');
    const button = fileButton(row);
    button.prepend(element('span', 'file-arrow', row.open ? '▾' : '▸'));
    button.firstChild.setAttribute('aria-hidden', 'true');
    button.setAttribute('aria-expanded', row.open);
    if (!row.open && row.lines > 0) {
      button.append(element('span', 'file-tag', several(row.lines, 'line')));
    }
    button.addEventListener('click', () => this.#worker.postMessage({ do: 'toggle', file: row.file }));
    made.append(button);
    return made;
  }
}

const LINE_CLASSES = { '+': 'row line-added', '-': 'row line-deleted', '@': 'row hunk', '\\': 'row remark' };

function lineRow({ kind, text, cut, oldLine, newLine, continued = false }) {
  const made = element('div', (LINE_CLASSES[kind] ?? 'row') + (continued ? ' continued' : ''));
  const numbers = [element('span', 'row-number'), element('span', 'row-number')];
  const numbered = !continued && (kind === '+' || kind === '-' || kind === ' ');
  numbers[0].dataset.number = numbered && kind !== '+' ? oldLine : '';
  numbers[1].dataset.number = numbered && kind !== '-' ? newLine : '';
  const content = element('span', 'row-text', text);
  if (cut > 0) {
    content.append(element('span', 'sign', `… ${several(cut, 'more byte')}`));
  }
  made.append(...numbers);
  if (kind !== '@') {
    made.append(element('span', 'row-sign', kind === '\\' || continued ? '' : kind));
  }
  made.append(content);
  return made;
}

/** Shows what a run changed. */
export function ChangeScreen({ runId, api }) {
  const loaded = useLoaded(
    async (signal) => {
      const run = await api.get(`/runs/${runId}`, { signal });
      if (!run.changes) {
        const reason = await api.get(`/runs/${runId}/changes`, { signal }).catch((e) => e);
        return { run, reason: reason.message };
      }
      return { run, list: await api.get(`/runs/${runId}/changes`, { signal }) };
    },
    [runId],
  );
  const { value, error, again } = loaded;
  useChanges((change) => {
    if (!value?.list && (!change || change.workOrderId === value?.run.workOrderId)) {
      again();
    }
  });
  return html`
    <section class="change-screen">
      <${RunHead} title="Change" run=${value?.run} runId=${runId} other="Log" error=${error} />
      ${value && html`<${Outcome} ...${value} runId=${runId} api=${api} />`}
      ${!value && error && html`<${Problem} error=${error} retry=${again} />`}
      ${!value && !error && html`<${Loading} />`}
    </section>
  `;
}

function Outcome({ run, list, reason, runId, api }) {
  if (!run.endedAt && !list) {
    return html`<${Notice}>The run is not over yet. What it changes is collected when it has ended.<//>`;
  }
  if (!list) {
    return html`<${Notice}>${reason}<//>`;
  }
  if (list.files.length === 0) {
    return html`<${Notice}>The run changed nothing in the repository.<//>`;
  }
  return html`<${Change} key=${run.endedAt} run=${run} list=${list} runId=${runId} api=${api} />`;
}

function Notice({ children }) {
  return html`<div class="notice" role="status"><p>${children}</p></div>`;
}

const NOTHING = { files: [], state: 'reading', detail: '', read: 0, current: -1 };

function reduce(state, message) {
  switch (message.type) {
    case 'layout':
      return { ...state, files: message.files };
    case 'state':
      return { ...state, state: message.state, detail: message.detail, read: message.read };
    case 'current':
      return { ...state, current: message.file };
    default:
      return state;
  }
}

function Change({ run, list, runId, api }) {
  const { files, insertions, deletions, patchBytes, patchTooLarge } = run.changes;
  const scroller = useRef(null);
  const reader = useRef(null);
  const [patch, change] = useReducer(reduce, NOTHING);
  const [wrap, setWrap] = useState(false);

  useEffect(() => {
    if (patchTooLarge) {
      return undefined;
    }
    const opened = new DiffReader(scroller.current, {
      url: `/api/v1/runs/${runId}/patch`,
      size: patchBytes,
      wrap,
      changed: (message) => {
        if (message.type === 'state' && message.state === 'unauthorized') {
          opened.askForKey();
        }
        change(message);
      },
    });
    reader.current = opened;
    return () => opened.close();
  }, [runId]);

  const shown = useMemo(() => merged(list.files, patch.files), [list, patch.files]);

  function switchWrap(on) {
    setWrap(on);
    reader.current.wrap = on;
  }

  function keys(event) {
    if (event.target.closest('.change-diff') && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const action = {
        j: () => reader.current.step(1),
        k: () => reader.current.step(-1),
        c: () => reader.current.toggleCurrent(),
        w: () => switchWrap(!wrap),
      }[event.key];
      if (action) {
        event.preventDefault();
        action();
      }
    }
  }

  return html`
    <div class="change" onKeyDown=${keys}>
      <div class="viewer-bar">
        <span>
          ${several(files, 'file')} <span class="count-added">+${number(insertions)}</span>
          ${' '}<span class="count-deleted">−${number(deletions)}</span>
        </span>
        ${!patchTooLarge && html`<${Actions} runId=${runId} api=${api} size=${patchBytes} reader=${reader}
          wrap=${wrap} switchWrap=${switchWrap} />`}
        <${Progress} patch=${patch} size=${patchBytes} />
      </div>
      ${list.truncated && html`
        <${Notice}>Only ${number(list.files.length)} of ${number(files)} files are listed.<//>
      `}
      ${patchTooLarge && html`
        <${Notice}>
          The patch was too large to keep (see agentgate.run.patch-max-size). Only the list of files is left.
        <//>
      `}
      <div class=${patchTooLarge ? 'change-body alone' : 'change-body'}>
        <${Files} files=${shown} current=${patch.current} onOpen=${(file) => {
          if (file.inPatch !== undefined) {
            reader.current.goTo(file.inPatch);
          }
        }} />
        ${!patchTooLarge && html`
          <div class=${wrap ? 'change-diff viewer wrapped' : 'change-diff viewer'} tabindex="0" role="region" aria-label="Differences" ref=${scroller}></div>
        `}
      </div>
    </div>
  `;
}

/** The files of the list with what the patch says of them. */
function merged(listed, inPatch) {
  const places = new Map();
  inPatch.forEach((file, i) => {
    const name = file.status === 'deleted' ? file.oldPath : file.path;
    if (!places.has(name)) {
      places.set(name, i);
    }
  });
  return listed.map((file) => {
    const place = places.get(file.path) ?? places.get(file.path.replace(/^"(.*)"$/, '$1'));
    return place === undefined ? file : { ...file, tags: inPatch[place].tags, inPatch: place };
  });
}

function Actions({ runId, api, size, reader, wrap, switchWrap }) {
  const command = `agentgate patch ${runId} | git apply`;
  const copy = () =>
    copyText(command).then(
      () => announce('The command is copied.'),
      () => announce('The browser did not let the page copy the command.', 'bad'),
    );
  const download = () =>
    api.download(`/runs/${runId}/patch`, `${runId}.patch`).catch((e) => announce(e.message, 'bad'));
  return html`
    <span class="choice" role="group" aria-label="All files">
      <button type="button" onClick=${() => reader.current.setAll(true)}>Open all</button>
      <button type="button" onClick=${() => reader.current.setAll(false)}>Close all</button>
    </span>
    <button type="button" aria-pressed=${wrap} title="Wrap long lines (w)" onClick=${() => switchWrap(!wrap)}>
      Wrap
    </button>
    <button type="button" onClick=${download}>Download patch (${bytes(size)})</button>
    <span class="apply">
      <code title=${command}>${command}</code>
      <button type="button" aria-label="Copy the command" onClick=${copy}>Copy</button>
    </span>
  `;
}

const STATES = {
  reading: '',
  lost: 'Connection lost. Trying again…',
  unauthorized: 'A key is needed',
  refused: 'The patch cannot be read',
};

function Progress({ patch, size }) {
  const trouble = STATES[patch.state];
  const reading = patch.state === 'reading' && patch.read > 0;
  return html`
    <span class=${'change-progress ' + patch.state}>
      <span role="status">${trouble}${patch.detail && `: ${patch.detail}`}</span>
      ${reading && `Reading the patch: ${bytes(patch.read)} of ${bytes(size)}`}
    </span>
  `;
}

/** Says of a button in the list of files whether its file is the one that is read. */
function markCurrent(button, current) {
  button.setAttribute('aria-current', button.dataset.inPatch === String(current));
}

/** The list of files; there may be thousands. */
function Files({ files, current, onOpen }) {
  const scroller = useRef(null);
  const view = useRef(null);
  const now = useRef({});
  now.current = { files, current, onOpen };

  useEffect(() => {
    view.current = new RowView(scroller.current, {
      read: async (from, to) => now.current.files.slice(from, to).map((file, i) => ({
        ...file, id: from + i, key: `${file.inPatch}/${file.tags}`,
      })),
      render: (file) => {
        const made = element('div', 'row');
        const button = fileButton(file);
        button.disabled = now.current.onOpen === null;
        button.dataset.inPatch = file.inPatch ?? '';
        markCurrent(button, now.current.current);
        button.addEventListener('click', () => now.current.onOpen(now.current.files[file.id]));
        made.append(button);
        return made;
      },
    });
    return () => view.current.close();
  }, []);

  useEffect(() => view.current.update(files.length, 0), [files]);
  useEffect(() => {
    scroller.current.querySelectorAll('button').forEach((button) => markCurrent(button, current));
    const place = files.findIndex((file) => file.inPatch === current);
    if (current >= 0 && place >= 0) {
      view.current.reveal(place);
    }
  }, [current]);

  return html`
    <nav class="change-files" aria-label="Changed files">
      <div class="viewer" tabindex="0" ref=${scroller}></div>
    </nav>
  `;
}
