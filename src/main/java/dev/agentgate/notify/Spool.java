package dev.agentgate.notify;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The undelivered messages for one target. A later message has a greater number. */
interface Spool {
  /**
   * Opens the spool.
   *
   * @return the numbers of the messages in it, the oldest first
   */
  List<Long> open() throws IOException;

  /** Keeps a delivery; returns its number. Only one thread may call this. */
  long keep(Delivery delivery) throws IOException;

  /** Reads a delivery; null if it is gone or is not a delivery. */
  @Nullable Delivery read(long number) throws IOException;

  void remove(long number) throws IOException;

  /**
   * Takes a message that is not a delivery out of the way.
   *
   * @return false if the message is gone
   */
  boolean setAside(long number) throws IOException;

  /**
   * Takes over messages of instances of the service that are gone.
   *
   * @param limit the most messages to take over
   * @return their numbers, the oldest first
   */
  List<Long> takeOver(int limit) throws IOException;
}
