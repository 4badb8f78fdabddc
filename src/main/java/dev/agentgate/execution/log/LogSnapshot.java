package dev.agentgate.execution.log;

import dev.agentgate.agent.SecretMask;
import java.io.IOException;

/**
 * A run's log at one moment: the head, the line for dropped bytes if there are any, and the tail. A
 * <em>place</em> counts the bytes of that text; HTTP ranges are given in places.
 */
public interface LogSnapshot {

  /** Returns the offset after the last byte written. */
  long size();

  /** Returns the length of the text in bytes. */
  long length();

  /**
   * Copies exactly the bytes from one place to another.
   *
   * @param to at most {@link #length()}
   * @throws IOException if some of them have been dropped meanwhile, or the log is gone
   */
  void copy(long from, long to, SecretMask mask, Sink sink) throws IOException;

  /**
   * Copies everything from an offset to the end. Bytes dropped meanwhile are replaced by a line
   * that says so.
   */
  void copyRest(long offset, SecretMask mask, Sink sink) throws IOException;

  /** Receives the bytes. Blocks until its reader is ready for them. */
  @FunctionalInterface
  interface Sink {
    void accept(byte[] bytes) throws IOException;
  }
}
