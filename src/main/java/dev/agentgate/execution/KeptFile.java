package dev.agentgate.execution;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;

/** A file that is kept of a run. Its content does not change any more. */
public interface KeptFile {

  /** Returns the number of its bytes. */
  long length();

  /** Opens the file for reading, at its beginning. */
  SeekableByteChannel open() throws IOException;
}
