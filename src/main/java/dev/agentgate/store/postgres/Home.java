package dev.agentgate.store.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/**
 * The data directory of an instance. Its file {@code database} names the database whose runs are
 * there, so that no other store takes their files for orphans, and a random id, so that the
 * database knows the directory again.
 *
 * @param id the random id
 * @param host the name of this machine, for people
 */
public record Home(String id, String host) {
  private static final String FILE = "database";

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
  static Home open(Path dataDirectory, String database, String host) throws IOException {
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
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return new Home(id, host);
    }
  }
}
