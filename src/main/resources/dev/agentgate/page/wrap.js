/**
 * Divides the lines of a file in a patch into rows of a bounded width. The rows are not kept: only how many there are
 * before every 256th line, and the others are counted from there.
 */
import { KEPT_EVERY } from './patch.js';
import { RowScanner } from './rows.js';
import { lastThatPasses } from './search.js';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

function isPlain(bytes) {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 32 || bytes[i] > 126) {
      return false;
    }
  }
  return true;
}

/** Returns where the rows of a line begin. */
function rowStarts(bytes, columns) {
  const starts = [0];
  if (bytes.length > columns || !isPlain(bytes)) {
    const scanner = new RowScanner({ columns, words: true, terminal: false });
    scanner.scan(bytes, 0, ({ start }) => starts.push(start));
  }
  return starts;
}

export class WrappedFile {
  #lines;
  #file;
  #columns;
  #rowsBefore = [0];
  #counted = 0;
  #rows = 0;

  /**
   * @param file of a patch, to which lines may be added
   * @param lines yields the lines of the file from the kept one before a number, as `Patch.lines` does
   * @param columns the most columns of a row
   */
  constructor(file, lines, columns) {
    this.#file = file;
    this.#lines = lines;
    this.#columns = columns;
  }

  /** The number of rows of the lines that are there. */
  get rows() {
    if (this.#counted < this.#file.lines) {
      this.#count();
    }
    return this.#rows;
  }

  #count() {
    const part = this.#rowsBefore.length - 1;
    let rows = this.#rowsBefore[part];
    for (const line of this.#lines(part * KEPT_EVERY)) {
      if (line.number > part * KEPT_EVERY && line.number % KEPT_EVERY === 0) {
        this.#rowsBefore.push(rows);
      }
      rows += this.#pieces(line).length;
    }
    this.#rows = rows;
    this.#counted = this.#file.lines;
  }

  /** The beginnings of the rows of a line. How much of a long line is missing has a row of its own. */
  #pieces({ content, cut }) {
    const starts = rowStarts(content, this.#columns);
    return cut > 0 ? [...starts, content.length] : starts;
  }

  /** Returns rows, as `Patch.read` returns lines; `continued` says that a row goes on with the line before. */
  read(from, to) {
    const found = [];
    let row = this.#firstRow(from);
    for (const line of this.#from(from)) {
      if (row >= to) {
        break;
      }
      const pieces = this.#pieces(line);
      if (row + pieces.length > from) {
        found.push(...this.#rowsOf(line, pieces).slice(Math.max(0, from - row), to - row));
      }
      row += pieces.length;
    }
    return found;
  }

  #rowsOf({ content, cut, ...line }, pieces) {
    return pieces.map((start, i) => ({
      ...line,
      text: UTF8.decode(content.subarray(start, pieces[i + 1] ?? content.length)),
      cut: i === pieces.length - 1 ? cut : 0,
      continued: i > 0,
      piece: i,
    }));
  }

  /** Returns the number of the line that a row belongs to. */
  lineAt(wanted) {
    let row = this.#firstRow(wanted);
    let number = 0;
    for (const line of this.#from(wanted)) {
      if (row > wanted) {
        break;
      }
      number = line.number;
      row += this.#pieces(line).length;
    }
    return number;
  }

  /** Returns the first row of a line. */
  rowOf(number) {
    const part = Math.min(Math.floor(number / KEPT_EVERY), this.#rowsBefore.length - 1);
    let row = this.#rowsBefore[part];
    for (const line of this.#lines(part * KEPT_EVERY)) {
      if (line.number >= number) {
        break;
      }
      row += this.#pieces(line).length;
    }
    return row;
  }

  #part(row) {
    return lastThatPasses(this.#rowsBefore.length, (part) => this.#rowsBefore[part] <= row);
  }

  #firstRow(row) {
    return this.#rowsBefore[this.#part(row)];
  }

  #from(row) {
    return this.#lines(this.#part(row) * KEPT_EVERY);
  }
}
