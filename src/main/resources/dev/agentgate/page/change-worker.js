/** Reads a run's patch in the background, and lays out its files as rows. */
import { ByteStore } from './bytes.js';
import { Patch } from './patch.js';
import { lastThatPasses } from './search.js';
import { Sleep } from './sleep.js';
import { WrappedFile } from './wrap.js';

const PART = 1 << 20;
const REPORT_EVERY = 150;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** A file with more lines is closed at first. */
const MANY_LINES = 5000;

const store = new ByteStore();
const sleep = new Sleep();
const patch = new Patch();
let settings;
let reported = 0;
let generation = 0;
let done = false;

/** For each file, whether it is open, and its first row; one more for the end. */
const open = [];
let starts = [0];
/** The open files as rows, if lines are wrapped. */
let wrapped = [];

self.onmessage = ({ data }) => ACTIONS[data.do](data);

const ACTIONS = {
  open(message) {
    settings = message;
    read();
  },
  headers({ headers }) {
    settings.headers = headers;
    sleep.wake();
  },
  toggle({ file }) {
    open[file] = !open[file];
    layOut();
    report();
  },
  all({ opened }) {
    open.fill(opened);
    layOut();
    report();
  },
  layout({ columns, anchor }) {
    const place = placeOf(anchor);
    settings.columns = columns;
    wrapped = [];
    generation++;
    layOut();
    report({ anchor: rowOf(place) });
  },
  rows({ id, from, to }) {
    self.postMessage({ id, rows: rows(from, to) });
  },
};

/** Reads the patch in parts, over breaks of the connection. */
async function read() {
  let pause = FIRST_PAUSE;
  while (store.size < settings.bytes) {
    const outcome = await readPart().catch(() => 'lost');
    if (outcome === 'read') {
      pause = FIRST_PAUSE;
      state('reading');
      if (performance.now() - reported > REPORT_EVERY) {
        layOut();
        report();
      }
    } else if (outcome === 'refused') {
      return;
    } else {
      state(outcome);
      await sleep.for(outcome === 'unauthorized' ? null : pause);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
  }
  patch.end();
  done = true;
  layOut();
  report();
  state('complete');
}

function state(name, detail = '') {
  self.postMessage({ type: 'state', state: name, detail, read: store.size });
}

async function readPart() {
  const response = await fetch(settings.url, {
    headers: { ...settings.headers, Range: `bytes=${store.size}-${store.size + PART - 1}` },
    cache: 'no-store',
  });
  if (response.status === 206) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    store.append(bytes);
    patch.push(bytes);
    return bytes.length > 0 ? 'read' : 'lost';
  }
  if (response.status === 401) {
    return 'unauthorized';
  }
  if (response.status >= 500 || response.status === 429) {
    return 'lost';
  }
  const problem = await response.json().catch(() => ({}));
  state('refused', problem.detail ?? response.statusText);
  return 'refused';
}

function layOut() {
  starts = [0];
  patch.files.forEach((file, i) => {
    open[i] ??= file.lines <= MANY_LINES;
    starts.push(starts[i] + 1 + (open[i] ? bodyRows(i) : 0));
  });
}

/** A file without lines has a note instead. */
function bodyRows(file) {
  const { lines } = patch.files[file];
  return lines > 0 && settings.columns > 0 ? wrappedFile(file).rows : Math.max(1, lines);
}

function wrappedFile(number) {
  const file = patch.files[number];
  wrapped[number] ??= new WrappedFile(file, (from) => patch.lines(store, file, from), settings.columns);
  return wrapped[number];
}

/** Returns the file and the line of a row; the head of a file is before its first line. */
function placeOf(row) {
  const file = fileAt(row);
  const inFile = row - (starts[file] ?? 0) - 1;
  const line = settings.columns > 0 && inFile >= 0 && patch.files[file]?.lines > 0
    ? wrappedFile(file).lineAt(inFile) : inFile;
  return { file, line };
}

/** Returns the first row of a place. */
function rowOf({ file, line }) {
  const inFile = settings.columns > 0 && line > 0 ? wrappedFile(file).rowOf(line) : line;
  return (starts[file] ?? 0) + 1 + inFile;
}

function report(more = {}) {
  reported = performance.now();
  const files = patch.files.map((file, i) => ({
    path: file.path,
    oldPath: file.oldPath,
    status: file.status,
    tags: tagsOf(file),
    insertions: file.insertions,
    deletions: file.deletions,
    binary: file.binary,
    start: starts[i],
  }));
  const widest = patch.files.reduce((most, file) => Math.max(most, file.widest), 1);
  self.postMessage({
    type: 'layout', files, generation, rows: starts[starts.length - 1], digits: String(widest).length, done, ...more,
  });
}

const KINDS = { 120000: 'symlink', 160000: 'submodule' };

/** Returns what is special about a file, in words. */
function tagsOf(file) {
  const tags = [];
  const kind = KINDS[file.mode] ?? KINDS[file.oldMode];
  if (kind) {
    tags.push(kind);
  }
  if (file.status === 'modified' || file.status === 'renamed') {
    if (file.mode !== file.oldMode) {
      tags.push(`mode ${file.oldMode} → ${file.mode}`);
    }
  } else if (file.status === 'added' && file.mode === '100755') {
    tags.push('executable');
  }
  if (file.binary) {
    tags.push('binary');
  }
  return tags;
}

function rows(from, to) {
  const found = [];
  let file = fileAt(from);
  let row = from;
  while (row < to && file < patch.files.length && file + 1 < starts.length) {
    if (row === starts[file]) {
      found.push(head(file));
      row++;
    }
    const first = row - starts[file] - 1;
    const after = Math.min(to, starts[file + 1]) - starts[file] - 1;
    if (first < after) {
      found.push(...body(file, first, after));
      row = starts[file] + 1 + after;
    }
    file++;
  }
  return found;
}

function fileAt(row) {
  return lastThatPasses(patch.files.length, (file) => starts[file] <= row);
}

function head(number) {
  const { path, oldPath, status, insertions, deletions, lines } = patch.files[number];
  const tags = tagsOf(patch.files[number]);
  const key = `${number}/${open[number]}/${lines}`;
  const file = { path, oldPath, status, tags, insertions, deletions, lines };
  return { type: 'file', id: number, key, file: number, ...file, open: open[number] };
}

function body(number, from, to) {
  const file = patch.files[number];
  if (file.lines === 0) {
    return [{ type: 'note', key: `${number}/note`, text: note(file) }];
  }
  if (settings.columns > 0) {
    return wrappedFile(number)
      .read(from, to)
      .map((row) => ({ type: 'line', key: `${number}/${row.number}/${row.piece}/${settings.columns}`, ...row }));
  }
  return patch
    .read(store, file, from, to)
    .map((line, i) => ({ type: 'line', key: `${number}/${from + i}`, ...line }));
}

/** Says why no lines of a file are shown. */
function note(file) {
  if (file.binary) {
    return file.binaryBytes === null || file.status === 'deleted'
      ? 'A binary file. It is in the patch, but not shown.'
      : `A binary file of ${file.binaryBytes.toLocaleString('en')} bytes. It is in the patch, but not shown.`;
  }
  if (file.status === 'renamed') {
    return 'Renamed without other changes.';
  }
  if (file.mode !== file.oldMode && file.status === 'modified') {
    return 'Only the mode changed.';
  }
  return 'An empty file.';
}
