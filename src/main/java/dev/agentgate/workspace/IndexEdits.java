package dev.agentgate.workspace;

import dev.agentgate.git.ComparisonRepository;
import dev.agentgate.git.GitException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Collects changes to an index in files, so that there may be any number of them.
 *
 * @see <a href="https://git-scm.com/docs/git-update-index">git-update-index</a>
 */
final class IndexEdits implements AutoCloseable {
  private final ComparisonRepository repository;
  private final Path entries;
  private final Path files;
  private final OutputStream toEntries;
  private final OutputStream toFiles;

  IndexEdits(ComparisonRepository repository) throws IOException {
    this.repository = repository;
    this.entries = Files.createTempFile(repository.directory(), "entries", "");
    this.files = Files.createTempFile(repository.directory(), "files", "");
    this.toEntries = new BufferedOutputStream(Files.newOutputStream(entries));
    this.toFiles = new BufferedOutputStream(Files.newOutputStream(files));
  }

  void remove(byte[] path) throws IOException {
    entry("0 " + "0".repeat(repository.idLength()), path);
  }

  void addLink(byte[] path, String commit) throws IOException {
    entry("160000 " + commit, path);
  }

  /** Adds a file or a symbolic link with its content. */
  void addFile(byte[] path) throws IOException {
    toFiles.write(path);
    toFiles.write(0);
  }

  private void entry(String value, byte[] path) throws IOException {
    toEntries.write((value + "\t").getBytes(StandardCharsets.US_ASCII));
    toEntries.write(path);
    toEntries.write(0);
  }

  /**
   * Applies the changes: first the entries in the order in which they were added, then the files.
   */
  void apply() throws IOException, GitException, InterruptedException {
    close();
    if (Files.size(entries) > 0) {
      repository.run(entries, "update-index", "-z", "--index-info");
    }
    if (Files.size(files) > 0) {
      repository.run(files, "update-index", "-z", "--add", "--replace", "--stdin");
    }
  }

  @Override
  public void close() throws IOException {
    toEntries.close();
    toFiles.close();
  }
}
