package dev.agentgate.workspace;

import dev.agentgate.workspace.MirrorCache.Remote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Files that a repository keeps in Git LFS, fetched by {@code git-lfs} from the remote that the
 * repository itself came from. A {@code .lfsconfig} in the repository can name another server; it
 * is overruled, so that no repository decides which hosts the service talks to.
 *
 * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/man/git-lfs-config.adoc">
 *     git-lfs-config</a>
 */
public final class LargeFiles {
  private static final String PROGRAM = "git-lfs";

  private LargeFiles() {}

  /** Whether {@code git-lfs} is on the service's {@code PATH}. */
  public static boolean canBeFetched() {
    return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1))
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, PROGRAM))
        .anyMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file));
  }

  /** Replaces the pointers of a checkout; what its agent needs of git-lfs stays set there. */
  static void fetch(LocalGit repository, Remote remote)
      throws WorkspaceFailedException, InterruptedException {
    repository.configure("filter.lfs.clean", PROGRAM + " clean -- %f");
    repository.configure("filter.lfs.smudge", PROGRAM + " smudge -- %f");
    repository.configure("filter.lfs.process", PROGRAM + " filter-process");
    repository.configure("filter.lfs.required", "true");
    repository
        .git()
        .run(
            repository.run(),
            remote.access(),
            repository.deadline(),
            "-C",
            repository.directory().toString(),
            "-c",
            "lfs.url=" + endpoint(remote),
            "lfs",
            "pull",
            "origin");
  }

  /** What {@code git-lfs} itself makes of a remote that names no other. */
  private static String endpoint(Remote remote) {
    if (!remote.access().protocol().startsWith("http")) {
      return remote.url();
    }
    String url = remote.url();
    while (url.endsWith("/")) {
      url = url.substring(0, url.length() - 1);
    }
    return url + (url.endsWith(".git") ? "/info/lfs" : ".git/info/lfs");
  }
}
