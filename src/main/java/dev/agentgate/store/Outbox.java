package dev.agentgate.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The messages to others that are still to be delivered, in a {@link Store} that several instances
 * share. Each message belongs to one instance, which delivers it. If that instance is gone, another
 * one takes its messages over.
 *
 * <p>Messages are not part of orders, and their changes are not announced. So {@code notify}, which
 * delivers them, writes here itself and not through {@code Orders}. A message survives a crash of
 * the process; a crash of the machine may lose the last ones.
 */
public interface Outbox {
  /** The outbox of a store that keeps no messages, because it has only one instance. */
  Outbox NONE =
      new Outbox() {
        @Override
        public boolean keepsMessages() {
          return false;
        }

        @Override
        public long keep(String target, String delivery, String message) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> find(long number) {
          return Optional.empty();
        }

        @Override
        public void remove(long number) {}

        @Override
        public boolean removeOwn(long number) {
          return false;
        }

        @Override
        public List<Long> own(String target) {
          return List.of();
        }

        @Override
        public List<Long> takeOver(String target, int limit) {
          return List.of();
        }

        @Override
        public List<String> abandonedTargets(Set<String> delivered) {
          return List.of();
        }

        @Override
        public int removeAbandoned(Set<String> delivered, Duration age) {
          return 0;
        }
      };

  /** Whether the store keeps messages. If not, {@link #keep} must not be called. */
  boolean keepsMessages();

  /**
   * Keeps a message of this instance, unless it is kept already.
   *
   * @param delivery the id of the message, so that the call can be repeated
   * @return its number; later messages have greater ones
   */
  @Writes
  long keep(String target, String delivery, String message);

  /** Returns a message of this instance; empty if it is gone, or if another instance has it. */
  Optional<String> find(long number);

  /** Removes a message, also if another instance has taken it over meanwhile. */
  @Writes
  void remove(long number);

  /**
   * Removes a message of this instance.
   *
   * @return false if it is gone, or if another instance has it
   */
  @Writes
  boolean removeOwn(long number);

  /** Returns the numbers of this instance's messages for a target, oldest first. */
  List<Long> own(String target);

  /**
   * Takes over messages for a target whose instances are gone, that is, whose leases have ended.
   *
   * @param limit the most messages to take over
   * @return their numbers, oldest first
   */
  @Writes
  List<Long> takeOver(String target, int limit);

  /**
   * Returns the targets of abandoned messages: those of this instance, and of instances that are
   * gone, for other targets than these.
   *
   * @param delivered the targets that this instance delivers to
   */
  List<String> abandonedTargets(Set<String> delivered);

  /**
   * Removes abandoned messages.
   *
   * @param delivered the targets that this instance delivers to
   * @param age of the messages at least
   * @return how many were removed
   */
  @Writes
  int removeAbandoned(Set<String> delivered, Duration age);
}
