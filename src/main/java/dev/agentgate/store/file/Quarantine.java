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
 * Where files go that cannot be read, each with a file beside it that says why. Nothing here is
 * ever overwritten or read again; it is a person's to look at and remove.
 */
final class Quarantine {
  private static final String REASON = ".reason.txt";
  private static final Logger LOG = Logger.getLogger(Quarantine.class);

  private final Path directory;

  // Guarded by this: which count was taken of the directory as it was at that time.
  private FileTime countedAt = FileTime.fromMillis(0);
  private long count;

  Quarantine(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  /** Moves a file here. */
  synchronized void take(Path file, String reason) throws IOException {
    Path place = freePlace(String.valueOf(file.getFileName()));
    Files.move(file, place);
    explain(place, reason);
  }

  /** Copies a file here, because the original is still needed. */
  synchronized void copy(Path file, String reason) throws IOException {
    Path place = freePlace(String.valueOf(file.getFileName()));
    Files.copy(file, place);
    explain(place, reason);
  }

  /** Puts what is in no file here. */
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
   * Which orders lie here. A part of the journal, or a file with a name of a person's own, may hold
   * any; the queue's switch holds none.
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

  /** How many files lie here. The directory is listed only when it changed. */
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
