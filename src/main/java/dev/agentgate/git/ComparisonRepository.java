package dev.agentgate.git;

import dev.agentgate.linux.DirectoryTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

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
  private static final String ALTERNATES = "info/alternates";
  private static final int MAX_READ = 64 * 1024;
  private static final int SHA256_LENGTH = 64;

  /**
   * Creates the repository on disk, with an empty index.
   *
   * @param objects directories of further objects to read
   */
  public void create(List<Path> objects) throws IOException {
    DirectoryTree.create(directory);
    Files.createDirectory(directory.resolve("refs"));
    Files.createDirectories(directory.resolve("objects/info"));
    Files.writeString(directory.resolve("HEAD"), "ref: refs/heads/none\n");
    Files.writeString(directory.resolve("config"), configuration());
    Files.write(
        objects().resolve(ALTERNATES), objects.stream().map(ComparisonRepository::quoted).toList());
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

  /**
   * Reads more objects.
   *
   * @param more a directory of objects
   */
  public void addObjects(Path more) throws IOException {
    Files.write(objects().resolve(ALTERNATES), List.of(quoted(more)), StandardOpenOption.APPEND);
  }

  /**
   * Returns a path as a line of {@code info/alternates}. In quotes, it may contain a line feed, and
   * a number sign does not begin a comment.
   */
  private static String quoted(Path path) {
    StringBuilder quoted = new StringBuilder("\"");
    path.toString()
        .chars()
        .forEach(c -> {
          if (c < ' ') {
            quoted.append(String.format("\\%03o", c));
          } else {
            quoted.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
          }
        });
    return quoted.append('"').toString();
  }

  /**
   * Makes the history of this repository end at some commits, whose parents are then not looked
   * for.
   *
   * @param commits the only such commits; they need not exist
   * @see <a href="https://git-scm.com/docs/shallow">shallow</a>
   */
  public void endHistoryAt(Collection<String> commits) throws IOException {
    Files.write(directory.resolve("shallow"), commits);
  }

  /** Creates another repository within this one, for the same directory or one inside it. */
  public ComparisonRepository inner(String name, Path inside, List<Path> objects)
      throws IOException {
    ComparisonRepository inner =
        new ComparisonRepository(directory.resolve(name), workTree.at(inside), idLength);
    inner.create(objects);
    return inner;
  }

  /** Returns the same repository whose processes have more variables in their environment. */
  public ComparisonRepository with(Map<String, String> variables) {
    return new ComparisonRepository(directory, workTree.with(variables), idLength);
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

  /**
   * Runs {@code git} on the work tree and returns its output, of which there must be little.
   *
   * @param input the file for its standard input
   */
  public String read(Path input, String... arguments) throws GitException, InterruptedException {
    AtomicReference<String> text = new AtomicReference<>("");
    stream(
        input,
        output -> text.set(new String(output.readNBytes(MAX_READ), StandardCharsets.UTF_8).strip()),
        arguments);
    return text.get();
  }

  /** Runs {@code git} on the work tree and reads its output. */
  public void stream(Path input, GitCommand.Reader reader, String... arguments)
      throws GitException, InterruptedException {
    workTree.stream(input, reader, here("--work-tree=" + top(), arguments));
  }

  /**
   * Runs {@code git} in the repository, without the work tree, for a command that talks to a
   * remote.
   *
   * @throws GitFailedException if it failed
   */
  public void runRemotely(Access access, String... arguments)
      throws GitException, InterruptedException {
    workTree.git().run(workTree.context(), access, here("--bare", arguments));
  }

  private String[] here(String workTreeOption, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--git-dir=" + directory,
                workTreeOption,
                "--no-replace-objects",
                "--literal-pathspecs"));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }
}
