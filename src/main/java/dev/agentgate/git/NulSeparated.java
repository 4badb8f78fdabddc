package dev.agentgate.git;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads the output of {@code git -z}, one field at a time. */
public final class NulSeparated {
  /** A path on Linux has at most 4096 bytes, and a field holds little more than two paths. */
  private static final int MAX_FIELD = 64 * 1024;

  private final InputStream stream;

  public NulSeparated(InputStream stream) {
    this.stream = new BufferedInputStream(stream, 64 * 1024);
  }

  /**
   * Returns the next field, without its NUL.
   *
   * @return empty at the end
   */
  public Optional<byte[]> next() throws IOException {
    int first = stream.read();
    if (first < 0) {
      return Optional.empty();
    }
    ByteArrayOutputStream field = new ByteArrayOutputStream(128);
    for (int b = first; b != 0; b = stream.read()) {
      if (b < 0) {
        throw new IOException("git's output ends within a field");
      }
      if (field.size() == MAX_FIELD) {
        throw new IOException("git's output has a field that is too long");
      }
      field.write(b);
    }
    return Optional.of(field.toByteArray());
  }

  /** Returns the next field, which must exist. */
  public byte[] require() throws IOException {
    return next().orElseThrow(() -> new IOException("git's output ends within a record"));
  }
}
