package dev.agentgate.store.file;

import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The directory for files that cannot be read. Each comes with a second file that gives the reason.
 * Files in quarantine are never overwritten and never read again; a person has to look at them and
 * remove them.
 */
final class Quarantine {
  /** Its name in the directory of the orders. */
  static final String DIRECTORY = ".quarantine";

  /** The end of the name of a file that gives the reason for another one. */
  static final String REASON = ".reason.txt";

  private static final Logger LOG = Logger.getLogger(Quarantine.class);

  private final Path directory;

  // Both are guarded by this: the count, and the directory's modification time when it was taken.
  private FileTime countedAt = FileTime.fromMillis(0);
  private long count;

  Quarantine(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  /** Moves a file into quarantine. */
  synchronized void take(Path file, String reason) throws IOException {
    Path place = freePlace(String.valueOf(file.getFileName()));
    Files.move(file, place);
    explain(place, reason);
  }

  /** Copies a file into quarantine, because the original is still needed. */
  synchronized void copy(Path file, String reason) throws IOException {
    Path place = freePlace(String.valueOf(file.getFileName()));
    Files.copy(file, place);
    explain(place, reason);
  }

  /** Writes content that has no file of its own into quarantine. */
  synchronized void keep(String name, byte[] content, String reason) throws IOException {
    Path place = freePlace(name);
    Files.write(place, content);
    explain(place, reason);
  }

  private void explain(Path place, String reason) throws IOException {
    String name = String.valueOf(place.getFileName());
    Files.writeString(directory.resolve(name + REASON), reason + "\n");
    LOG.errorf("Quarantined %s: %s", name, reason);
  }

  private Path freePlace(String name) {
    Path place = directory.resolve(name);
    for (int i = 1; isTaken(place); i++) {
      place = directory.resolve(name + "." + i);
    }
    return place;
  }

  private boolean isTaken(Path place) {
    return Files.exists(place, LinkOption.NOFOLLOW_LINKS)
        || Files.exists(directory.resolve(place.getFileName() + REASON));
  }

  /**
   * Returns the orders in quarantine. A part of the journal, or a file that a person named, may
   * hold any order; the queue's switch holds none.
   */
  synchronized QuarantinedOrders orders() {
    Set<WorkOrderId> named = new HashSet<>();
    boolean unnamed = false;
    String[] names = directory.toFile().list();
    if (names == null) {
      return new QuarantinedOrders(named, true);
    }
    for (String name : names) {
      if (name.endsWith(REASON) || name.startsWith(OrderFiles.SETTINGS)) {
        continue;
      }
      Optional<WorkOrderId> id = OrderFiles.idAtStartOf(name);
      id.ifPresent(named::add);
      unnamed |= id.isEmpty();
    }
    return new QuarantinedOrders(named, unnamed);
  }

  /** Returns the number of files in quarantine. The directory is listed only if it has changed. */
  synchronized long count() {
    try {
      FileTime changedAt = Files.getLastModifiedTime(directory);
      if (!changedAt.equals(countedAt)) {
        String[] names = directory.toFile().list();
        long files = 0;
        for (String name : names == null ? new String[0] : names) {
          if (!name.endsWith(REASON)) {
            files++;
          }
        }
        count = files;
        countedAt = changedAt;
      }
    } catch (IOException e) {
      LOG.warnf("The quarantine cannot be listed: %s", Journal.reason(e));
    }
    return count;
  }
}
