/**
 * Divides a text of any length into rows of a bounded width, in one pass over its bytes, and finds rows again without a
 * list of all of them: an index keeps every 256th row and reads on from there.
 */
import { lastThatPasses } from './search.js';
import { applySgr, PLAIN } from './sgr.js';

const LF = 10;
const CR = 13;
const ESC = 27;
const TAB = 9;

/** No row of a text has more bytes, whatever they are. */
const MOST_BYTES = 16 * 1024;
const MOST_ESCAPE = 4096;
const ROWS_APART = 256;
const BYTES_APART = 64 * 1024;

/** Where the parser is in an escape sequence. */
const TEXT = 0;
const ESCAPE = 1;
const CSI = 2;
const STRING = 3;
const STRING_ESCAPE = 4;

/** The width of a character by the first byte of its UTF-8; 0 for the bytes that follow the first. */
const WIDTH = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte < 0x80) {
    WIDTH[byte] = 1;
  } else if (byte >= 0xc0) {
    // Most characters of Chinese, Japanese and Korean, and emoji, take two columns.
    WIDTH[byte] = (byte >= 0xe3 && byte <= 0xed) || byte === 0xef || byte >= 0xf0 ? 2 : 1;
  }
}

const ASCII = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte));

export class RowScanner {
  /** The row that is being read: its number, its first byte, its line, its style at the start. */
  row = 0;
  start = 0;
  line = 0;
  continued = false;
  style = PLAIN;

  #columns;
  #words;
  #terminal;
  #now = PLAIN;
  #column = 0;
  #state = TEXT;
  #escape = '';
  #escapeLength = 0;
  #afterReturn = false;
  #space = -1;
  #spaceColumn = 0;
  #spaceStyle = PLAIN;

  /**
   * @param columns the most columns of a row
   * @param words whether rows of one line end between words where they can
   * @param terminal whether escape sequences and lone carriage returns mean what they mean to a terminal
   */
  constructor({ columns, words = false, terminal = true }) {
    this.#columns = Math.max(10, columns);
    this.#words = words;
    this.#terminal = terminal;
  }

  /** Goes on at the start of a row that was read before. */
  resume({ row, start, line, continued, style }) {
    Object.assign(this, { row, start, line, continued, style });
    this.#now = style;
  }

  /**
   * Reads on.
   *
   * @param bytes the bytes from this offset of the text
   * @param onRow called at the start of each new row
   */
  scan(bytes, offset, onRow) {
    const length = bytes.length;
    let i = 0;
    while (i < length) {
      if (this.#state === TEXT && !this.#afterReturn) {
        i = this.#plain(bytes, i, offset);
        if (i === length) {
          return;
        }
      }
      this.#special(bytes[i], offset + i, onRow);
      i++;
    }
  }

  /** Passes over printable ASCII, which is most of most logs; returns where something else comes. */
  #plain(bytes, from, offset) {
    const end = Math.min(bytes.length, from + this.#columns - this.#column);
    let i = from;
    let space = -1;
    let byte;
    while (i < end && (byte = bytes[i]) >= 32 && byte < 127) {
      i++;
      if (byte === 32) {
        space = i;
      }
    }
    this.#column += i - from;
    if (space >= 0 && this.#words) {
      this.#space = offset + space;
      this.#spaceColumn = this.#column - (i - space);
      this.#spaceStyle = this.#now;
    }
    return i;
  }

  #special(byte, at, onRow) {
    if (byte === LF) {
      this.#state = TEXT;
      this.#afterReturn = false;
      this.line++;
      this.#begin(at + 1, false, this.#now, 0, onRow);
      return;
    }
    if (this.#afterReturn) {
      this.#afterReturn = false;
      this.#overwrite(at, onRow);
    }
    if (this.#state !== TEXT && at - this.start < 2 * MOST_BYTES && this.#continuesEscape(byte)) {
      return;
    }
    this.#state = TEXT;
    if (this.#terminal && byte === CR) {
      this.#afterReturn = true;
    } else if (this.#terminal && byte === ESC) {
      if (at - this.start >= MOST_BYTES) {
        this.#begin(at, true, this.#now, 0, onRow);
      }
      this.#state = ESCAPE;
      this.#escape = '';
      this.#escapeLength = 0;
    } else {
      this.#character(byte, at, onRow);
    }
  }

  #character(byte, at, onRow) {
    const width = byte === TAB ? 8 - (this.#column % 8) : WIDTH[byte];
    const full = width > 0 && (this.#column + width > this.#columns || at - this.start >= MOST_BYTES);
    if (full || at - this.start >= 2 * MOST_BYTES) {
      if (this.#words && this.#space > this.start && this.#column - this.#spaceColumn <= this.#columns / 2) {
        this.#begin(this.#space, true, this.#spaceStyle, this.#column - this.#spaceColumn, onRow);
      } else {
        this.#begin(at, true, this.#now, 0, onRow);
      }
    }
    this.#column += width;
    if (byte === TAB || byte === 32) {
      this.#sawSpace(at + 1);
    }
  }

  #sawSpace(after) {
    this.#space = after;
    this.#spaceColumn = this.#column;
    this.#spaceStyle = this.#now;
  }

  /** A lone carriage return: what follows is written over the row. A long past of a progress bar is left out. */
  #overwrite(at, onRow) {
    if (this.continued) {
      this.#begin(at, true, this.#now, 0, onRow);
    } else if (at - this.start >= MOST_BYTES / 2) {
      this.start = at;
      this.style = this.#now;
      onRow(this, true);
    }
    this.#column = 0;
    this.#space = -1;
  }

  #begin(start, continued, style, column, onRow) {
    this.row++;
    this.start = start;
    this.continued = continued;
    this.style = style;
    this.#column = column;
    this.#space = -1;
    onRow(this, false);
  }

  /** Returns whether this byte belongs to the escape sequence before it. */
  #continuesEscape(byte) {
    if (this.#state === STRING || this.#state === STRING_ESCAPE) {
      return this.#continuesString(byte);
    }
    if (byte < 32) {
      this.#state = TEXT;
      return false;
    }
    if (this.#state === ESCAPE) {
      if (byte === 0x5b) {
        this.#state = CSI;
      } else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) {
        this.#state = STRING;
      } else if (byte >= 0x30) {
        this.#state = TEXT;
        return byte < 0x7f;
      }
      return true;
    }
    if (byte >= 0x40) {
      this.#state = TEXT;
      if (byte === 0x6d) {
        this.#now = applySgr(this.#now, this.#escape);
      }
      return byte < 0x7f;
    }
    this.#escape += ASCII[byte];
    if (++this.#escapeLength > MOST_ESCAPE) {
      this.#state = TEXT;
    }
    return true;
  }

  #continuesString(byte) {
    if (byte === 7 || (this.#state === STRING_ESCAPE && byte === 0x5c) || ++this.#escapeLength > MOST_ESCAPE) {
      this.#state = TEXT;
      return true;
    }
    if (this.#state === STRING_ESCAPE) {
      this.#state = ESCAPE;
      this.#escape = '';
      this.#escapeLength = 0;
      return this.#continuesEscape(byte);
    }
    this.#state = byte === ESC ? STRING_ESCAPE : STRING;
    return true;
  }
}

export class RowIndex {
  #options;
  #scanner;
  #kept;
  #size = 0;
  #note;

  /**
   * @param options of the scanner
   * @param note called at the start of each row of the first pass; what it returns is kept with the rows that are kept
   */
  constructor(options, note = () => null) {
    this.#options = options;
    this.#scanner = new RowScanner(options);
    this.#note = note;
    this.#kept = [{ row: 0, start: 0, line: 0, continued: false, style: PLAIN, note: note(this.#scanner) }];
  }

  get rows() {
    return this.#scanner.row + (this.#size > this.#scanner.start ? 1 : 0);
  }

  get lines() {
    return this.#scanner.line + (this.#size > this.#scanner.start || this.#scanner.continued ? 1 : 0);
  }

  /** The number of parts between kept rows; part n begins with the kept row n. */
  get parts() {
    return this.#kept.length;
  }

  part(number) {
    return this.#kept[number];
  }

  append(bytes) {
    this.#scanner.scan(bytes, this.#size, this.#onRow);
    this.#size += bytes.length;
  }

  #onRow = (at, moved) => {
    const last = this.#kept[this.#kept.length - 1];
    if (moved) {
      if (last.row === at.row) {
        last.start = at.start;
        last.style = at.style;
      }
      return;
    }
    const note = this.#note(at);
    if (at.row - last.row >= ROWS_APART || at.start - last.start >= BYTES_APART) {
      const { row, start, line, continued, style } = at;
      this.#kept.push({ row, start, line, continued, style, note });
    }
  };

  /** Returns the number of the part that has this row. */
  partOf(row) {
    return this.#search((kept) => kept.row <= row);
  }

  /** Returns the row that has this byte. */
  rowAt(offset, store) {
    const part = this.#search((kept) => kept.start <= offset);
    const first = this.#kept[part].row;
    const rows = this.read(store, first, (this.#kept[part + 1]?.row ?? this.rows));
    let found = first;
    for (const row of rows) {
      if (row.start <= offset) {
        found = row.row;
      }
    }
    return found;
  }

  #search(before) {
    return lastThatPasses(this.#kept.length, (part) => before(this.#kept[part]));
  }

  /**
   * Reads rows.
   *
   * @return for each row its number, line, style at its start, bytes, and whether it goes on with the line before
   */
  read(store, from, to) {
    const end = Math.min(to, this.rows);
    if (from >= end) {
      return [];
    }
    const begin = this.#kept[this.partOf(from)];
    const after = this.#kept[this.partOf(end) + 1];
    const bytes = store.read(begin.start, after ? after.start : this.#size);
    const scanner = new RowScanner(this.#options);
    scanner.resume(begin);
    const found = [];
    const open = () => {
      const { row, start, line, continued, style } = scanner;
      found.push({ row, start, line, continued, style, bytes: null });
    };
    open();
    scanner.scan(bytes, begin.start, (_, moved) => {
      if (moved) {
        found.pop();
      }
      open();
    });
    const first = from - begin.row;
    const wanted = found.slice(first, first + end - from);
    wanted.forEach((row, i) => {
      const stop = found[first + i + 1]?.start ?? begin.start + bytes.length;
      row.bytes = bytes.subarray(row.start - begin.start, stop - begin.start);
    });
    return wanted;
  }
}
