/** Waits that can be cut short. Only one at a time. */
export class Sleep {
  #wake = () => {};

  /** Returns after this time or when it is woken; without a time only when it is woken. */
  for(milliseconds = null) {
    return new Promise((resolve) => {
      const timer = milliseconds === null ? 0 : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake() {
    this.#wake();
  }
}
