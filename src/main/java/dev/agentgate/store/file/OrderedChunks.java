package dev.agentgate.store.file;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A sorted set that knows the rank of its elements. It is a list of sorted chunks. Finding an
 * element takes O(log n). Adding, removing and ranking need a shift within one chunk and a walk
 * over the chunks' sizes: some hundred steps for a hundred thousand elements. The set takes one
 * reference per element, and iterating over it is iterating over arrays.
 *
 * <p>Not safe for use by several threads. Changing the set while an iterator is in use is a defect
 * of the caller.
 */
final class OrderedChunks<T> {
  private static final int CHUNK = 512;

  private final Comparator<? super T> order;
  private final List<List<T>> chunks = new ArrayList<>();
  private int size;

  OrderedChunks(Comparator<? super T> order) {
    this.order = order;
  }

  int size() {
    return size;
  }

  /** Replaces the content. */
  void fill(Collection<? extends T> elements) {
    List<T> sorted = new ArrayList<>(elements);
    sorted.sort(order);
    chunks.clear();
    // The chunks are half full, so that the next additions do not split all of them.
    for (int from = 0; from < sorted.size(); from += CHUNK / 2) {
      int to = Math.min(sorted.size(), from + CHUNK / 2);
      chunks.add(new ArrayList<>(sorted.subList(from, to)));
    }
    size = sorted.size();
  }

  /** Adds an element that is not in the set. */
  void add(T element) {
    size++;
    if (chunks.isEmpty()) {
      chunks.add(new ArrayList<>(List.of(element)));
      return;
    }
    int number = Math.min(chunkOf(element), chunks.size() - 1);
    List<T> chunk = chunks.get(number);
    chunk.add(firstNotBefore(chunk, element), element);
    if (chunk.size() > CHUNK) {
      List<T> upper = chunk.subList(CHUNK / 2, chunk.size());
      chunks.add(number + 1, new ArrayList<>(upper));
      upper.clear();
    }
  }

  /** Removes the element that compares as equal; returns false if there is none. */
  boolean remove(T element) {
    int number = chunkOf(element);
    if (number == chunks.size()) {
      return false;
    }
    List<T> chunk = chunks.get(number);
    int at = firstNotBefore(chunk, element);
    if (order.compare(chunk.get(at), element) != 0) {
      return false;
    }
    chunk.remove(at);
    if (chunk.isEmpty()) {
      chunks.remove(number);
    }
    size--;
    return true;
  }

  /** Returns the element that compares as equal; null if there is none. */
  @Nullable T find(T element) {
    int number = chunkOf(element);
    if (number == chunks.size()) {
      return null;
    }
    List<T> chunk = chunks.get(number);
    T found = chunk.get(firstNotBefore(chunk, element));
    return order.compare(found, element) == 0 ? found : null;
  }

  /** Returns how many elements come before this one, which need not be in the set. */
  int rank(T element) {
    int number = chunkOf(element);
    int before = 0;
    for (int i = 0; i < number; i++) {
      before += chunks.get(i).size();
    }
    return number == chunks.size() ? before : before + firstNotBefore(chunks.get(number), element);
  }

  Iterator<T> iterator() {
    return new Walk(0, 0);
  }

  /** Returns the elements that come after this one, which need not be in the set. */
  Iterator<T> after(T element) {
    int number = chunkOf(element);
    if (number == chunks.size()) {
      return new Walk(number, 0);
    }
    List<T> chunk = chunks.get(number);
    int at = firstNotBefore(chunk, element);
    boolean there = order.compare(chunk.get(at), element) == 0;
    return new Walk(number, there ? at + 1 : at);
  }

  /** Returns the first chunk whose last element does not come before this one. */
  private int chunkOf(T element) {
    int low = 0;
    int high = chunks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (order.compare(chunks.get(middle).getLast(), element) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int firstNotBefore(List<T> chunk, T element) {
    int low = 0;
    int high = chunk.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (order.compare(chunk.get(middle), element) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private final class Walk implements Iterator<T> {
    private int number;
    private int at;

    private Walk(int number, int at) {
      this.number = number;
      this.at = at;
    }

    @Override
    public boolean hasNext() {
      if (number < chunks.size() && at == chunks.get(number).size()) {
        number++;
        at = 0;
      }
      return number < chunks.size();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return chunks.get(number).get(at++);
    }
  }
}
