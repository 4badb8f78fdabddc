package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.Ulid;
import org.jspecify.annotations.Nullable;

/**
 * An id: a prefix and a ULID in Crockford's base 32, upper case. Ids sort by their time of
 * creation. The text is safe to use as a file name. The ULID is kept as a number, which takes a
 * third of the memory of its text: the ids of all stored orders are in memory.
 *
 * @param <T> the kind of id; ids of one kind are compared
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
public abstract sealed class UlidId<T extends UlidId<T>> implements Comparable<T>
    permits WorkOrderId, RunId {
  private final long most;
  private final long least;

  /**
   * @throws IllegalArgumentException if {@code value} is not the prefix of this kind and a ULID
   */
  UlidId(String prefix, String value) {
    if (!UlidText.follows(prefix, value)) {
      throw new IllegalArgumentException("Not an id that begins with " + prefix);
    }
    Ulid ulid = Ulid.from(value.substring(prefix.length()));
    this.most = ulid.getMostSignificantBits();
    this.least = ulid.getLeastSignificantBits();
  }

  UlidId(long most, long least) {
    this.most = most;
    this.least = least;
  }

  UlidId(Ulid ulid) {
    this(ulid.getMostSignificantBits(), ulid.getLeastSignificantBits());
  }

  abstract String prefix();

  final Ulid ulid() {
    return new Ulid(most, least);
  }

  /** Returns the upper half of the ULID as a number, which begins with its time. */
  public final long most() {
    return most;
  }

  /** Returns the lower half of the ULID as a number. */
  public final long least() {
    return least;
  }

  /** Returns the whole id, including the prefix. */
  public final String value() {
    return prefix() + ulid();
  }

  @Override
  public final int compareTo(T other) {
    UlidId<T> that = other;
    int byTime = Long.compareUnsigned(most, that.most);
    return byTime != 0 ? byTime : Long.compareUnsigned(least, that.least);
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof UlidId<?> that
        && getClass() == that.getClass()
        && most == that.most
        && least == that.least;
  }

  @Override
  public final int hashCode() {
    return Long.hashCode(most ^ least);
  }

  @Override
  public final String toString() {
    return value();
  }
}
