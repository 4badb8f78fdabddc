package dev.agentgate.store;

import java.util.List;
import java.util.Optional;

/**
 * The messages to others that are still to be delivered, in a {@link Store} that several instances
 * share. Each message belongs to one instance, which delivers it. If that instance is gone, another
 * one takes its messages over.
 *
 * <p>Messages are no part of orders, so those who deliver them write here themselves. A message
 * survives a crash of the process; a crash of the machine may lose the last ones.
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
        public long keep(String target, String message) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> find(long number) {
          return Optional.empty();
        }

        @Override
        public void remove(long number) {}

        @Override
        public List<Long> own(String target) {
          return List.of();
        }

        @Override
        public List<Long> takeOver(String target, int limit) {
          return List.of();
        }
      };

  /** Whether the store keeps messages. If not, {@link #keep} must not be called. */
  boolean keepsMessages();

  /**
   * Keeps a message of this instance.
   *
   * @return its number; later messages have greater ones
   */
  long keep(String target, String message);

  /** Returns a message of this instance; empty if it is gone, or if another instance has it. */
  Optional<String> find(long number);

  /** Removes a message, also if another instance has taken it over meanwhile. */
  void remove(long number);

  /** Returns the numbers of this instance's messages for a target, oldest first. */
  List<Long> own(String target);

  /**
   * Takes over messages for a target whose instances are gone, that is, whose leases have ended.
   *
   * @param limit the most messages to take over
   * @return their numbers, oldest first
   */
  List<Long> takeOver(String target, int limit);
}
