/**
 * Returns the last index below `count` whose item passes, or 0. The items that pass come first.
 *
 * @param passes called with an index
 */
export function lastThatPasses(count, passes) {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (passes(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}
