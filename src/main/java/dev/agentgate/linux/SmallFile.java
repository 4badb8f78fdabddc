package dev.agentgate.linux;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * Reads small files in places where an agent may put anything: a link to a device, a pipe, a file
 * of many gigabytes.
 */
public final class SmallFile {
  /** What comes after this many bytes is not read. */
  private static final int MOST = 64 * 1024;

  private SmallFile() {}

  /**
   * Reads a file as ISO 8859-1.
   *
   * @return empty if there is no regular file, or none that this process may read
   * @throws CannotLookException if that cannot be told now
   */
  public static Optional<String> read(Path file) {
    try {
      if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile()) {
        return Optional.empty();
      }
      try (SeekableByteChannel channel =
          Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        byte[] bytes = Channels.newInputStream(channel).readNBytes(MOST);
        return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1));
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      return Optional.empty();
    }
  }
}
