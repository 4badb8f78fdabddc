package dev.agentgate.runtime.check;

import dev.agentgate.store.postgres.DatabaseRefusedException;
import dev.agentgate.store.postgres.Home;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;

/**
 * The file {@code database} of a data directory. It names the database whose runs are there, so
 * that no other store treats their files as orphans, and the random id of the directory.
 */
public final class DatabaseMark {
  private static final String FILE = "database";

  private DatabaseMark() {}

  /** Whether a data directory belongs to a database. */
  public static boolean isIn(Path dataDirectory) {
    return Files.exists(dataDirectory.resolve(FILE));
  }

  /**
   * Reads the file, or writes it if there is none.
   *
   * @param database the id of the database
   * @throws DatabaseRefusedException if the directory belongs to another database
   */
  public static Home open(Path dataDirectory, String database, String host) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() != 2 || !lines.getFirst().equals(database)) {
        throw new DatabaseRefusedException(
            "The data directory belongs to another database. Name that database, or another data"
                + " directory (agentgate.data-dir).");
      }
      return new Home(lines.getLast(), host);
    } catch (NoSuchFileException e) {
      String id = UUID.randomUUID().toString();
      Path written = dataDirectory.resolve(FILE + ".new");
      Files.writeString(written, database + "\n" + id + "\n");
      sync(written);
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      sync(dataDirectory);
      return new Home(id, host);
    }
  }

  /** Without it, the crash of a machine could give the directory back to a file store. */
  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
