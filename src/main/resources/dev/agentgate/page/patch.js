/**
 * Reads a git patch of any length, piece by piece, and finds its lines again: files, hunks and numbered lines. A patch
 * is never held as a list of lines; each file keeps the place of every 256th.
 */

const LF = 10;
export const KEPT_EVERY = 256;
const LONGEST_SHOWN = 2000;
const LONGEST_HEADER = 64 * 1024;

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

const ESCAPED = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/**
 * Returns the name that git wrote, without its quotes. A name that is not UTF-8 stays as git quotes it, without the
 * quotes themselves.
 */
export function unquote(token) {
  if (!token.startsWith('"')) {
    return token;
  }
  const inner = token.slice(1, token.endsWith('"') && token.length > 1 ? -1 : undefined);
  const bytes = [];
  for (let i = 0; i < inner.length; i++) {
    if (inner[i] !== '\\') {
      bytes.push(...new TextEncoder().encode(inner[i]));
    } else if (/[0-3]/.test(inner[i + 1] ?? '')) {
      bytes.push(parseInt(inner.slice(i + 1, i + 4), 8));
      i += 3;
    } else {
      bytes.push(ESCAPED[inner[i + 1]] ?? 63);
      i++;
    }
  }
  try {
    return STRICT.decode(new Uint8Array(bytes));
  } catch {
    return inner;
  }
}

/** Returns both names of a `diff --git` line, which is only certain where they are the same or quoted. */
function names(line) {
  const rest = line.slice('diff --git '.length);
  const quoted = /^("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*"|.*)$/.exec(rest) ?? /^(.*) ("(?:[^"\\]|\\.)*")$/.exec(rest);
  if (quoted) {
    return [unprefixed(quoted[1]), unprefixed(quoted[2])];
  }
  const half = (rest.length - 1) / 2;
  return [unprefixed(rest.slice(0, half)), unprefixed(rest.slice(half + 1))];
}

function unprefixed(token) {
  return unquote(token).replace(/^[ab]\//, '');
}

function newFile(oldPath, path) {
  return {
    oldPath,
    path,
    status: 'modified',
    oldMode: '',
    mode: '',
    binary: false,
    binaryBytes: null,
    similarity: '',
    insertions: 0,
    deletions: 0,
    lines: 0,
    kept: [],
    widest: 1,
  };
}

export class Patch {
  files = [];
  size = 0;
  #unfinished = null;
  #from = 0;
  #pending = 0;
  #hunk = null;
  #binary = false;

  /** Takes the next bytes. */
  push(bytes) {
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      this.#piece(bytes, from, end);
      this.#finish(end + 1 - from);
      from = end + 1;
    }
    if (from < bytes.length) {
      this.#piece(bytes, from, bytes.length);
      this.#pending += bytes.length - from;
    }
    this.size += bytes.length;
  }

  /** Ends a patch whose last line has no end. */
  end() {
    if (this.#unfinished) {
      this.#finish(0);
    }
  }

  /** Only the beginning of a line says what it is. */
  #piece(bytes, from, to) {
    if (!this.#unfinished) {
      this.#unfinished = bytes.slice(from, Math.min(to, from + LONGEST_HEADER));
      return;
    }
    const room = LONGEST_HEADER - this.#unfinished.length;
    if (room > 0) {
      const more = bytes.subarray(from, Math.min(to, from + room));
      const both = new Uint8Array(this.#unfinished.length + more.length);
      both.set(this.#unfinished);
      both.set(more, this.#unfinished.length);
      this.#unfinished = both;
    }
  }

  #finish(length) {
    this.#line(this.#unfinished, this.#from);
    this.#from += this.#pending + length;
    this.#pending = 0;
    this.#unfinished = null;
  }

  #line(bytes, at) {
    if (this.#hunk && (this.#hunk.oldLeft > 0 || this.#hunk.newLeft > 0 || bytes[0] === 0x5c)) {
      this.#keep(at);
      advance(this.#hunk, bytes[0], this.#file);
      return;
    }
    const first = bytes[0];
    if (this.#file && first === 0x40 && !this.#binary) {
      this.#startHunk(UTF8.decode(bytes.subarray(0, 200)), at);
    } else if (first === 0x64 && UTF8.decode(bytes.subarray(0, 11)) === 'diff --git ') {
      this.files.push(newFile(...names(UTF8.decode(bytes))));
      this.#hunk = null;
      this.#binary = false;
    } else if (this.#file && !this.#binary) {
      this.#header(UTF8.decode(bytes));
    } else if (this.#binary) {
      this.#binaryHeader(UTF8.decode(bytes.subarray(0, 40)));
    }
  }

  /** The first of the two parts of a binary patch is the new content. */
  #binaryHeader(line) {
    const literal = /^literal (\d+)$/.exec(line);
    if (literal && this.#file.binaryBytes === null) {
      this.#file.binaryBytes = Number(literal[1]);
    }
  }

  get #file() {
    return this.files[this.files.length - 1];
  }

  #startHunk(text, at) {
    const found = HUNK.exec(text);
    if (found) {
      this.#keep(at);
      this.#hunk = startOf(found);
      const { oldLine, oldLeft, newLine, newLeft } = this.#hunk;
      this.#file.widest = Math.max(this.#file.widest, oldLine + oldLeft, newLine + newLeft);
    }
  }

  #keep(at) {
    const file = this.#file;
    if (file.lines % KEPT_EVERY === 0) {
      file.kept.push({ at, hunk: this.#hunk ? { ...this.#hunk } : null });
    }
    file.lines++;
  }

  #header(line) {
    const file = this.#file;
    const after = (prefix) => line.slice(prefix.length);
    if (line.startsWith('new file mode ')) {
      file.status = 'added';
      file.mode = after('new file mode ');
    } else if (line.startsWith('deleted file mode ')) {
      file.status = 'deleted';
      file.oldMode = after('deleted file mode ');
    } else if (line.startsWith('old mode ')) {
      file.oldMode = after('old mode ');
    } else if (line.startsWith('new mode ')) {
      file.mode = after('new mode ');
    } else if (line.startsWith('rename from ')) {
      file.status = 'renamed';
      file.oldPath = unquote(after('rename from '));
    } else if (line.startsWith('rename to ')) {
      file.path = unquote(after('rename to '));
    } else if (line.startsWith('similarity index ')) {
      file.similarity = after('similarity index ');
    } else if (line.startsWith('index ')) {
      const mode = / (\d{6})$/.exec(line);
      if (mode) {
        file.mode = file.oldMode = mode[1];
      }
    } else if (line.startsWith('--- a/') || line.startsWith('--- "a/')) {
      file.oldPath = unprefixed(after('--- ').replace(/\t$/, ''));
    } else if (line.startsWith('+++ b/') || line.startsWith('+++ "b/')) {
      file.path = unprefixed(after('+++ ').replace(/\t$/, ''));
    } else if (line.startsWith('GIT binary patch') || line.startsWith('Binary files ')) {
      file.binary = true;
      this.#binary = true;
    }
  }

  /**
   * Returns lines of a file: `{kind, text, cut, oldLine, newLine}`; `kind` is the first character of the line, and
   * `cut` the number of bytes of a long line that are not in its text.
   */
  read(store, file, from, to) {
    const found = [];
    for (const { number, content, ...line } of this.lines(store, file, from)) {
      if (number >= to) {
        break;
      }
      if (number >= from) {
        found.push({ ...line, text: UTF8.decode(content) });
      }
    }
    return found;
  }

  /**
   * Yields the lines of a file from the kept one before a number: `{number, kind, content, cut, oldLine, newLine}`,
   * where `content` has the bytes behind the first character.
   */
  *lines(store, file, from) {
    if (from >= file.lines) {
      return;
    }
    const part = Math.floor(from / KEPT_EVERY);
    const begin = file.kept[part];
    let hunk = begin.hunk ? { ...begin.hunk } : null;
    let number = part * KEPT_EVERY;
    for (const { bytes, length } of linesFrom(store, begin.at)) {
      if (number >= file.lines) {
        return;
      }
      const inHunk = hunk && (hunk.oldLeft > 0 || hunk.newLeft > 0 || bytes[0] === 0x5c);
      const kind = inHunk ? String.fromCharCode(bytes[0] ?? 32) : '@';
      const content = kind === '@' ? bytes : bytes.subarray(1);
      const { oldLine = 0, newLine = 0 } = hunk ?? {};
      yield { number, kind, content, cut: length - bytes.length, oldLine, newLine };
      if (inHunk) {
        advance(hunk, bytes[0], null);
      } else {
        hunk = startOf(HUNK.exec(UTF8.decode(bytes.subarray(0, 200))));
      }
      number++;
    }
  }
}

function startOf([, oldLine, oldCount = '1', newLine, newCount = '1']) {
  return {
    oldLine: Number(oldLine),
    newLine: Number(newLine),
    oldLeft: Number(oldCount),
    newLeft: Number(newCount),
  };
}

/** Goes past a line of a hunk. An empty line is an empty line of context. */
function advance(hunk, first, file) {
  if (first === 0x2b) {
    hunk.newLeft--;
    hunk.newLine++;
    if (file) {
      file.insertions++;
    }
  } else if (first === 0x2d) {
    hunk.oldLeft--;
    hunk.oldLine++;
    if (file) {
      file.deletions++;
    }
  } else if (first !== 0x5c) {
    hunk.oldLeft--;
    hunk.newLeft--;
    hunk.oldLine++;
    hunk.newLine++;
  }
}

const READ = 64 * 1024;

/** Yields the beginnings of lines, with their whole lengths. */
function* linesFrom(store, at) {
  let from = at;
  while (from < store.size) {
    const bytes = store.read(from, from + READ);
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      yield { bytes: bytes.subarray(start, Math.min(end, start + LONGEST_SHOWN)), length: end - start };
      start = end + 1;
    }
    if (start > 0) {
      from += start;
    } else {
      const end = endOfLine(store, from + bytes.length);
      yield { bytes: bytes.subarray(0, LONGEST_SHOWN), length: end - from };
      from = end + 1;
    }
  }
}

function endOfLine(store, at) {
  for (let from = at; from < store.size; from += READ) {
    const found = store.read(from, from + READ).indexOf(LF);
    if (found >= 0) {
      return from + found;
    }
  }
  return store.size;
}
