package dev.agentgate.notify;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The undelivered messages for one target. A later message has a greater number. */
interface Spool {
  /** Opens the spool. Uses nothing but the disk of this machine. */
  void open() throws IOException;

  /**
   * Finds the messages that an earlier process left. May wait for a store that does not answer.
   *
   * @return their numbers, and those of messages that were kept since
   */
  List<Long> load() throws IOException;

  /**
   * Keeps a delivery, once only, though the call may be repeated. Only one thread may call this.
   *
   * @return its number
   */
  long keep(Delivery delivery) throws IOException;

  /**
   * Keeps a delivery on the disk of this machine, for its next start. Only the thread that calls
   * {@link #keep} may call this; it must not call {@link #keep} any more.
   */
  void keepForNextStart(Delivery delivery) throws IOException;

  /** Reads a delivery; null if it is gone, if it is another instance's, or if it is none. */
  @Nullable Delivery read(long number) throws IOException;

  /** Removes a message that was delivered. */
  void remove(long number) throws IOException;

  /**
   * Removes a message that was not delivered.
   *
   * @return false if it is another instance's, which may deliver it
   */
  boolean giveUp(long number) throws IOException;

  /**
   * Takes a message that is not a delivery out of the way.
   *
   * @return false if the message is gone, or is a delivery
   */
  boolean setAside(long number) throws IOException;

  /**
   * Takes over messages of instances of the service that are gone.
   *
   * @param limit the most messages to take over
   * @return the numbers of all messages that this instance has in the store now
   */
  List<Long> takeOver(int limit) throws IOException;
}
