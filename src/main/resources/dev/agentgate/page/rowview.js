/** Shows the visible rows of a long list of rows of one height, which come when they are asked for. */
import { PAGE, ScrollMap } from './scroll.js';

const MOST_PAGES = 40;
const SETTLED_AFTER = 150;

export class RowView {
  #scroller;
  #spacer = document.createElement('div');
  #layer = document.createElement('div');
  #map = new ScrollMap();
  #read;
  #render;
  #onMove;
  #rows = 0;
  #rowHeight = 20;
  #pages = new Map();
  #asked = new Map();
  #generation = 0;
  #shown = new Map();
  #frame = 0;
  #settling = 0;
  #resized;
  #widest = 0;

  /**
   * @param scroller the element that scrolls
   * @param read asks for rows from one number to before another; returns a promise of a list, or of null if they are
   *     out of date
   * @param render makes the element of a row; rows with the same `id` are one after another the same thing, whose
   *     button keeps the focus
   * @param onMove called when other rows are seen, with whether the reader scrolled to them
   * @param onResize called with the size of what is seen
   */
  constructor(scroller, { read, render, onMove = () => {}, onResize = () => {} }) {
    this.#scroller = scroller;
    this.#read = read;
    this.#render = render;
    this.#onMove = onMove;
    this.#spacer.className = 'rows-space';
    this.#layer.className = 'rows';
    this.#spacer.append(this.#layer);
    scroller.append(this.#spacer);
    scroller.addEventListener('scroll', this.#onScroll, { passive: true });
    this.#resized = new ResizeObserver(() => {
      this.#measure();
      onResize(this.viewport);
    });
    this.#resized.observe(scroller);
    this.#measure();
  }

  close() {
    this.#generation++;
    this.#resized.disconnect();
    this.#scroller.removeEventListener('scroll', this.#onScroll);
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#settling);
    this.#spacer.remove();
  }

  /** What is seen: its width in columns, its height in whole rows. */
  get viewport() {
    const probe = document.createElement('span');
    probe.className = 'row-probe';
    probe.textContent = '0'.repeat(100);
    this.#layer.append(probe);
    const box = probe.getBoundingClientRect();
    probe.remove();
    return {
      columnWidth: box.width / 100,
      width: this.#scroller.clientWidth,
      rows: Math.max(1, Math.floor(this.#scroller.clientHeight / this.#rowHeight)),
    };
  }

  get firstRow() {
    return Math.floor(this.#map.top / this.#rowHeight);
  }

  get atEnd() {
    return this.#map.top >= this.#map.end - this.#rowHeight / 2;
  }

  /** Takes a new number of rows; those from this row on have changed. */
  update(rows, changedFrom) {
    this.#rows = rows;
    for (const [page, held] of this.#pages) {
      if ((page + 1) * PAGE > changedFrom) {
        held.stale = true;
      }
    }
    this.#resize();
  }

  /** Takes rows that were not asked for, from the first one of a page on. */
  supply(first, rows) {
    for (let from = 0; from < rows.length; from += PAGE) {
      const page = (first + from) / PAGE;
      this.#hold(page, rows.slice(from, from + PAGE), false);
    }
  }

  /** Forgets all rows: there are others now. */
  reset(rows) {
    this.#generation++;
    this.#pages.clear();
    this.#asked.clear();
    this.#widest = 0;
    this.#layer.style.minWidth = '';
    this.#rows = rows;
    this.#resize();
  }

  /** Makes the elements of all rows anew. */
  redraw() {
    this.#shown.forEach(({ element }) => this.#drop(element));
    this.#shown.clear();
    this.#schedule();
  }

  /** Marks all rows as changed, but shows them until the others come. */
  refresh() {
    this.#pages.forEach((held) => (held.stale = true));
    this.#schedule();
  }

  goToEnd() {
    this.#scrollTo(this.#map.end);
  }

  /** Shows a row at the top. */
  goTo(row) {
    this.#scrollTo(row * this.#rowHeight);
  }

  /** Shows a row in the middle if it is not seen already. */
  reveal(row) {
    const from = row * this.#rowHeight;
    if (from < this.#map.top + this.#rowHeight || from + 2 * this.#rowHeight > this.#map.top + this.#height) {
      this.#scrollTo(from - this.#height / 2);
    }
  }

  get #height() {
    return this.#scroller.clientHeight;
  }

  #measure() {
    const probe = document.createElement('div');
    probe.className = 'row';
    probe.textContent = '0';
    this.#layer.append(probe);
    this.#rowHeight = probe.getBoundingClientRect().height || 20;
    probe.remove();
    this.#resize();
  }

  #resize() {
    const scroll = this.#map.resize(this.#rows * this.#rowHeight, this.#height);
    this.#spacer.style.height = this.#map.height + 'px';
    this.#layer.style.height = this.#height + 'px';
    this.#place(scroll);
    this.#schedule();
  }

  #scrollTo(top) {
    this.#place(this.#map.goTo(top));
    this.#schedule();
    this.#onMove(false);
  }

  #place(scroll) {
    if (Math.abs(this.#scroller.scrollTop - scroll) >= 1) {
      this.#scroller.scrollTop = scroll;
    }
  }

  #onScroll = () => {
    const before = this.#map.top;
    this.#place(this.#map.scrolledTo(this.#scroller.scrollTop));
    if (this.#map.top !== before) {
      this.#onMove(true);
    }
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#place(this.#map.settle()), SETTLED_AFTER);
    this.#schedule();
  };

  #schedule() {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    }
  }

  #draw() {
    const first = Math.min(this.firstRow, Math.max(0, this.#rows - 1));
    const after = Math.min(this.#rows, Math.ceil((this.#map.top + this.#height) / this.#rowHeight) + 1);
    this.#ask(first, after);
    for (const [number, { element }] of this.#shown) {
      if (number < first || number >= after) {
        this.#drop(element);
        this.#shown.delete(number);
      }
    }
    let place = this.#layer.firstChild;
    for (let number = first; number < after; number++) {
      const row = this.#pages.get(Math.floor(number / PAGE))?.rows[number % PAGE] ?? null;
      let shown = this.#shown.get(number);
      if (!shown || shown.row !== row) {
        const element = row === null ? this.#blank() : this.#render(row);
        if (shown) {
          this.#layer.insertBefore(element, place);
          place = element;
          const same = row?.id !== undefined && row.id === shown.row?.id;
          this.#drop(shown.element, same ? element.querySelector('button') : null);
        }
        shown = { row, element };
        this.#shown.set(number, shown);
      }
      if (shown.element === place) {
        place = place.nextSibling;
      } else {
        this.#layer.insertBefore(shown.element, place);
      }
    }
    this.#layer.style.transform = `translateY(${first * this.#rowHeight - this.#map.top}px)`;
    this.#keepWidth();
  }

  /** Removes the element of a row. If it has the focus, that goes to what is named, or stays in the list. */
  #drop(element, successor = null) {
    if (element.contains(document.activeElement)) {
      (successor ?? this.#scroller).focus({ preventScroll: true });
    }
    element.remove();
  }

  /** Rows to come may be narrower; then the view would jump sideways. */
  #keepWidth() {
    const width = this.#layer.offsetWidth;
    if (width > this.#widest && width > this.#scroller.clientWidth) {
      this.#widest = width;
      this.#layer.style.minWidth = width + 'px';
    }
  }

  #blank() {
    const element = document.createElement('div');
    element.className = 'row';
    return element;
  }

  #ask(first, after) {
    const from = Math.max(0, Math.floor(first / PAGE) - (first % PAGE < PAGE / 4 ? 1 : 0));
    const to = Math.floor(Math.max(0, after - 1) / PAGE) + (after % PAGE > (PAGE * 3) / 4 ? 1 : 0);
    for (let page = from; page <= to && page * PAGE < this.#rows; page++) {
      const held = this.#pages.get(page);
      if ((!held || held.stale) && !this.#asked.has(page)) {
        this.#fetch(page, held);
      }
    }
  }

  async #fetch(page, before) {
    const generation = this.#generation;
    this.#asked.set(page, true);
    if (before) {
      before.stale = false;
    }
    const rows = await this.#read(page * PAGE, (page + 1) * PAGE);
    if (generation !== this.#generation) {
      return;
    }
    this.#asked.delete(page);
    if (rows === null) {
      return;
    }
    this.#hold(page, rows, before?.stale ?? false);
    this.#schedule();
  }

  #hold(page, rows, stale) {
    const before = this.#pages.get(page);
    this.#pages.delete(page);
    this.#pages.set(page, { rows: before ? kept(before.rows, rows) : rows, stale });
    if (this.#pages.size > MOST_PAGES) {
      this.#pages.delete(this.#pages.keys().next().value);
    }
  }
}

/** Rows that are as they were stay the same objects, so that their elements, and what is selected in them, stay. */
function kept(before, rows) {
  return rows.map((row, i) => (before[i]?.key !== undefined && before[i].key === row.key ? before[i] : row));
}
