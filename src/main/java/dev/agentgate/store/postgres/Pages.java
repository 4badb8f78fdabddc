package dev.agentgate.store.postgres;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * A walk along a list that is read page by page, and so holds no connection in between.
 *
 * @param <T> has a place in the list, which the next page continues from
 */
final class Pages<T> implements Iterator<T> {
  private final Function<Optional<T>, List<T>> read;
  private List<T> page;
  private int next;

  /**
   * Reads the first page.
   *
   * @param read returns what follows an element, or the beginning of the list; no elements at its
   *     end
   */
  Pages(Function<Optional<T>, List<T>> read) {
    this.read = read;
    this.page = read.apply(Optional.empty());
  }

  @Override
  public boolean hasNext() {
    if (next == page.size() && next > 0) {
      page = read.apply(Optional.of(page.getLast()));
      next = 0;
    }
    return next < page.size();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.get(next++);
  }
}
