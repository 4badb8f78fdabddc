package dev.agentgate.workspace;

import dev.agentgate.git.GitCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** Writes a patch to a file, which is always complete and never longer than allowed. */
final class PatchFile implements GitCommand.Reader {
  private final Path file;
  private final Path aside;
  private final long maxBytes;
  private boolean tooLarge;
  private long bytes;

  PatchFile(Path file, long maxBytes) {
    this.file = file;
    this.aside = file.resolveSibling(file.getFileName() + ".new");
    this.maxBytes = maxBytes;
  }

  /** Copies the patch to a temporary file, up to the allowed length. */
  @Override
  public void read(InputStream patch) throws IOException {
    bytes = 0;
    tooLarge = false;
    byte[] buffer = new byte[64 * 1024];
    try (FileChannel channel =
            FileChannel.open(
                aside,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        OutputStream output = Channels.newOutputStream(channel)) {
      for (int n = patch.read(buffer); n >= 0; n = patch.read(buffer)) {
        bytes += n;
        if (bytes > maxBytes) {
          tooLarge = true;
          return;
        }
        output.write(buffer, 0, n);
      }
      channel.force(true);
    }
  }

  /**
   * Moves the patch into place, or discards it if it is too large.
   *
   * @return its length; empty if it is too large
   */
  OptionalLong finish() throws IOException {
    if (tooLarge) {
      discard();
      return OptionalLong.empty();
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    return OptionalLong.of(bytes);
  }

  /** Removes the patch. Idempotent. */
  void discard() throws IOException {
    Files.deleteIfExists(aside);
    Files.deleteIfExists(file);
  }
}
