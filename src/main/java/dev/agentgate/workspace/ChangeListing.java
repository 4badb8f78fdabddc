package dev.agentgate.workspace;

import dev.agentgate.git.GitCommand;
import dev.agentgate.git.NulSeparated;
import dev.agentgate.git.RawName;
import dev.agentgate.workspace.ChangedFile.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code git diff-index --raw --numstat -z}: first a record for each change, then the line
 * counts. Keeps the first files and only counts the rest.
 *
 * @see <a href="https://git-scm.com/docs/diff-format">diff-format</a>
 */
final class ChangeListing implements GitCommand.Reader {
  private final int maxListed;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Entry> byPath = new HashMap<>();
  private long count;
  private long insertions;
  private long deletions;

  ChangeListing(int maxListed) {
    this.maxListed = maxListed;
  }

  private static final class Entry {
    private final byte[] path;
    private final Optional<byte[]> oldPath;
    private final Status status;
    private boolean binary;
    private long insertions;
    private long deletions;

    private Entry(byte[] path, Optional<byte[]> oldPath, Status status) {
      this.path = path;
      this.oldPath = oldPath;
      this.status = status;
    }

    private ChangedFile toFile() {
      return new ChangedFile(
          RawName.shown(path), oldPath.map(RawName::shown), status, binary, insertions, deletions);
    }
  }

  @Override
  public void read(InputStream output) throws IOException {
    NulSeparated fields = new NulSeparated(output);
    for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
      if (field.get().length > 0 && field.get()[0] == ':') {
        raw(new String(field.get(), StandardCharsets.US_ASCII), fields);
      } else {
        counts(field.get(), fields);
      }
    }
  }

  ChangedFiles files() {
    return new ChangedFiles(
        entries.stream().map(Entry::toFile).toList(), count, insertions, deletions);
  }

  /** Forgets everything. */
  void clear() {
    entries.clear();
    byPath.clear();
    count = 0;
    insertions = 0;
    deletions = 0;
  }

  /** Adds a file without counts of lines. */
  void add(byte[] path, Optional<byte[]> oldPath, Status status) {
    count++;
    if (entries.size() < maxListed) {
      Entry entry = new Entry(path, oldPath, status);
      entries.add(entry);
      byPath.put(RawName.key(path), entry);
    }
  }

  private void raw(String record, NulSeparated fields) throws IOException {
    Status status = status(record.charAt(record.lastIndexOf(' ') + 1));
    byte[] first = fields.require();
    if (status == Status.RENAMED) {
      add(fields.require(), Optional.of(first), status);
    } else {
      add(first, Optional.empty(), status);
    }
  }

  private static Status status(char letter) throws IOException {
    return switch (letter) {
      case 'A' -> Status.ADDED;
      case 'M' -> Status.MODIFIED;
      case 'D' -> Status.DELETED;
      case 'R' -> Status.RENAMED;
      case 'T' -> Status.TYPE_CHANGED;
      default -> throw new IOException("git reports an unknown kind of change: " + letter);
    };
  }

  /**
   * Parses {@code added TAB deleted TAB path}. For a rename, both paths follow in fields of their
   * own.
   */
  private void counts(byte[] field, NulSeparated fields) throws IOException {
    String[] parts = RawName.key(field).split("\t", 3);
    if (parts.length != 3) {
      throw new IOException("git's line counts cannot be read");
    }
    String path = parts[2];
    if (path.isEmpty()) {
      fields.require();
      path = RawName.key(fields.require());
    }
    boolean binary = parts[0].equals("-");
    long added = binary ? 0 : Long.parseLong(parts[0]);
    long removed = binary ? 0 : Long.parseLong(parts[1]);
    insertions += added;
    deletions += removed;
    Entry entry = byPath.get(path);
    if (entry != null) {
      entry.binary = binary;
      entry.insertions = added;
      entry.deletions = removed;
    }
  }
}
