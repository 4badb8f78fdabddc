/**
 * Maps a scroll bar to a content that may be higher than a browser lets an element be. Short ways are exact to the
 * pixel; long ways, such as a drag of the bar, go to the same part of the content.
 */

/** Rows are read in pages of so many. */
export const PAGE = 100;

/** Browsers limit heights to between 17 and 33 million pixels. */
export const MOST_PIXELS = 8_000_000;

export class ScrollMap {
  /** The first visible pixel of the content. */
  top = 0;
  #scroll = 0;
  #content = 0;
  #viewport = 0;

  /** Sets the height of the content and of what is seen of it; returns the scroll position that fits. */
  resize(content, viewport) {
    this.#content = content;
    this.#viewport = viewport;
    return this.goTo(this.top);
  }

  /** The height of the element that makes the scroll bar. */
  get height() {
    return Math.min(this.#content, MOST_PIXELS);
  }

  get end() {
    return Math.max(0, this.#content - this.#viewport);
  }

  /** Goes to a pixel of the content; returns the scroll position for it. */
  goTo(top) {
    this.top = Math.min(Math.max(0, top), this.end);
    const range = Math.max(0, this.height - this.#viewport);
    this.#scroll = this.end === 0 ? 0 : Math.round((this.top / this.end) * range);
    if (this.height === this.#content) {
      this.#scroll = this.top;
    }
    return this.#scroll;
  }

  /**
   * Follows the scroll bar to where the reader moved it; returns where it must be put, which is where it is except at
   * the bar's ends.
   */
  scrolledTo(scroll) {
    const moved = scroll - this.#scroll;
    if (Math.abs(moved) < 1) {
      return scroll;
    }
    this.#scroll = scroll;
    if (this.height === this.#content) {
      this.top = Math.min(scroll, this.end);
      return scroll;
    }
    const range = this.height - this.#viewport;
    if (Math.abs(moved) > 2 * this.#viewport) {
      this.top = (Math.min(Math.max(0, scroll), range) / range) * this.end;
      return scroll;
    }
    this.top = Math.min(Math.max(0, this.top + moved), this.end);
    return scroll <= 0 || scroll >= range - 1 ? this.goTo(this.top) : scroll;
  }

  /** Puts the bar where it belongs after short ways; returns its position. */
  settle() {
    return this.goTo(this.top);
  }
}
