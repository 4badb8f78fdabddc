package dev.agentgate.workspace;

import dev.agentgate.git.GitException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Records what was checked out for each run, in a place where no agent works: the commit, the
 * mirror that has its objects, and the index of the checkout. The index knows the time and size of
 * each file, so a later comparison reads only the files that changed.
 */
final class Baselines {
  private static final String INDEX = "index";
  private static final String BASE = "base";
  private static final String POINTERS = "pointers";

  private final Path root;

  /**
   * @param root a directory that contains only baselines
   */
  Baselines(Path root) {
    this.root = root;
  }

  /**
   * The starting point of a run.
   *
   * @param commit the full id of the commit
   * @param tree the id of the commit's tree
   * @param objects the object directory of the mirror that the checkout came from; may be gone
   * @param index the index, to be copied together with its time
   * @param pointers for {@link LargeFilePointers#read}
   */
  record Baseline(String commit, String tree, Path objects, Path index, Path pointers) {}

  /** Records a checkout. Call it before the agent gets the checkout. */
  void remember(RunId run, LocalGit checkout, Path mirror)
      throws IOException, GitException, InterruptedException {
    String ids = checkout.run("rev-parse", "HEAD", "HEAD^{tree}").strip();
    Path directory = directory(run);
    DirectoryTree.remove(directory);
    DirectoryTree.create(directory);
    LargeFilePointers.remember(checkout, directory.resolve(POINTERS));
    copyIndex(checkout.directory().resolve(".git").resolve(INDEX), directory.resolve(INDEX));
    Path aside = directory.resolve(BASE + ".new");
    Files.writeString(aside, ids + "\n" + mirror.getFileName() + "\n");
    Files.move(aside, directory.resolve(BASE), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Finds the recorded checkout of a run.
   *
   * @param mirrors the directory of all mirrors
   * @throws CannotLookException if it cannot be told now, for example for lack of descriptors
   * @throws UncheckedIOException if it cannot be read
   */
  Optional<Baseline> find(RunId run, Path mirrors) {
    try {
      Path directory = directory(run);
      Path base = directory.resolve(BASE);
      if (Files.notExists(base)) {
        return Optional.empty();
      }
      List<String> lines = Files.readAllLines(base);
      if (lines.size() != 3) {
        return Optional.empty();
      }
      return Optional.of(
          new Baseline(
              lines.get(0),
              lines.get(1),
              mirrors.resolve(lines.get(2)).resolve("objects"),
              directory.resolve(INDEX),
              directory.resolve(POINTERS)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      throw new UncheckedIOException("The starting point of the run cannot be read", e);
    }
  }

  boolean remove(RunId run) {
    return DirectoryTree.remove(directory(run));
  }

  /** Copies the time as well, because git treats a file newer than its index as changed. */
  static void copyIndex(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private Path directory(RunId run) {
    return root.resolve(run.value());
  }
}
