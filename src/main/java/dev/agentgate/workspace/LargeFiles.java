package dev.agentgate.workspace;

import dev.agentgate.git.GitException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.MirrorCache.Remote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Fetches the files that a repository keeps in Git LFS, with {@code git-lfs}, from the remote of
 * the repository itself. A {@code .lfsconfig} in the repository could name another server. It is
 * overridden, so that repositories cannot decide which hosts the service contacts.
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

  /**
   * Replaces the pointers of a checkout by files. The configuration stays in place for the agent.
   */
  static void fetch(LocalGit repository, Remote remote) throws GitException, InterruptedException {
    repository.configure("filter.lfs.clean", PROGRAM + " clean -- %f");
    repository.configure("filter.lfs.smudge", PROGRAM + " smudge -- %f");
    repository.configure("filter.lfs.process", PROGRAM + " filter-process");
    repository.configure("filter.lfs.required", "true");
    repository
        .git()
        .run(
            repository.context(),
            remote.access(),
            "-C",
            repository.directory().toString(),
            "-c",
            "lfs.url=" + endpoint(remote),
            "lfs",
            "pull",
            "origin");
  }

  /** Returns the URL that {@code git-lfs} derives by default from the remote's URL. */
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
