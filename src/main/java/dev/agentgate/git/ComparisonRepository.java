package dev.agentgate.git;

import dev.agentgate.linux.DirectoryTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A repository of the service that uses a directory as its work tree. Git then reads nothing from
 * the {@code .git} in that directory: no configuration, hook, exclude file or attributes file, no
 * replacements and no references to other objects. New objects are stored in this repository.
 *
 * @param directory the repository, including its index
 * @param workTree the work tree; it is only read
 * @param idLength the length of object ids, in hexadecimal digits
 */
public record ComparisonRepository(Path directory, LocalGit workTree, int idLength) {
  public static final Path NOTHING = Path.of("/dev/null");
  private static final int SHA256_LENGTH = 64;

  /**
   * Creates the repository on disk, with an empty index.
   *
   * @param objects directories of further objects to read
   */
  public void create(List<Path> objects) throws IOException {
    DirectoryTree.create(directory);
    Files.createDirectory(directory.resolve("refs"));
    Path info = Files.createDirectories(directory.resolve("objects/info"));
    Files.writeString(directory.resolve("HEAD"), "ref: refs/heads/none\n");
    Files.writeString(directory.resolve("config"), configuration());
    Files.write(info.resolve("alternates"), objects.stream().map(Path::toString).toList());
  }

  /**
   * Returns the configuration. Files are converted as in the service's own checkouts: {@code
   * .gitattributes} decides on line ends and encodings, and filters run no program. Caches beside
   * the objects, in the base's index or in other repositories, are not read.
   */
  private String configuration() {
    return """
    [core]
      repositoryFormatVersion = 1
      bare = false
      fileMode = true
      symlinks = true
      ignoreCase = false
      autoCrlf = false
      safeCrlf = false
      commitGraph = false
      multiPackIndex = false
      untrackedCache = false
      hooksPath = /dev/null
      fsmonitor = false
      attributesFile = /dev/null
      excludesFile = /dev/null
      quotePath = true
      compression = 1
      fsync = none
    [extensions]
      objectFormat = %s
    [gc]
      auto = 0
    """
        .formatted(idLength == SHA256_LENGTH ? "sha256" : "sha1");
  }

  /** Creates another repository within this one, for the same directory or one inside it. */
  public ComparisonRepository inner(String name, Path inside, List<Path> objects)
      throws IOException {
    ComparisonRepository inner =
        new ComparisonRepository(directory.resolve(name), workTree.at(inside), idLength);
    inner.create(objects);
    return inner;
  }

  /** Returns the same repository for another directory. */
  public ComparisonRepository at(Path inside) {
    return new ComparisonRepository(directory, workTree.at(inside), idLength);
  }

  public Path top() {
    return workTree.directory();
  }

  public Path objects() {
    return directory.resolve("objects");
  }

  public Path index() {
    return directory.resolve("index");
  }

  /** Runs {@code git} on the work tree. */
  public void run(Path input, String... arguments) throws GitException, InterruptedException {
    stream(input, output -> output.transferTo(OutputStream.nullOutputStream()), arguments);
  }

  /** Runs {@code git} on the work tree and reads its output. */
  public void stream(Path input, GitCommand.Reader reader, String... arguments)
      throws GitException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--git-dir=" + directory,
                "--work-tree=" + top(),
                "--no-replace-objects",
                "--literal-pathspecs"));
    all.addAll(List.of(arguments));
    workTree.stream(input, reader, all.toArray(String[]::new));
  }
}
