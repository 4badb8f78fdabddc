package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/**
 * Where an agent's workspace comes from. It is already checked: the code that reads a source from
 * outside (from a client or a file) makes sure that no part of it can act as an option, leave the
 * workspace or change the protocol.
 */
public sealed interface WorkspaceSource {

  /** Returns the name of this kind in requests, API responses and files. */
  String type();

  /**
   * Returns the text that the per-repository limit counts by: the same for the same repository,
   * whatever the branch; empty if the source is not a shared repository.
   */
  Optional<String> repository();

  /**
   * A repository on the configured GitHub host.
   *
   * @param branch empty: use {@code ref}, or else the remote's default branch
   * @param ref a branch, a tag or a full commit id; only without a branch
   */
  record GitHub(String owner, String repo, Optional<String> branch, Optional<String> ref)
      implements WorkspaceSource {
    public GitHub(String owner, String repo, Optional<String> branch) {
      this(owner, repo, branch, Optional.empty());
    }

    @Override
    public String type() {
      return "github";
    }

    @Override
    public Optional<String> repository() {
      return Optional.of("github:" + (owner + "/" + repo).toLowerCase(Locale.ROOT));
    }
  }

  /**
   * A repository at any other remote.
   *
   * @param branch empty: use {@code ref}, or else the remote's default branch
   * @param ref a branch, a tag or a full commit id; only without a branch
   */
  record Git(String url, Optional<String> branch, Optional<String> ref) implements WorkspaceSource {
    public Git(String url, Optional<String> branch) {
      this(url, branch, Optional.empty());
    }

    @Override
    public String type() {
      return "git";
    }

    @Override
    public Optional<String> repository() {
      return Optional.of("git:" + url);
    }
  }

  /**
   * A directory on this machine. It is used in place and never removed.
   *
   * @param path absolute
   */
  record Local(String path) implements WorkspaceSource {
    private static final String PREFIX = "local:";

    /**
     * Returns the local source with this {@link #repository}; empty if the text names another kind.
     */
    public static Optional<Local> ofRepository(String repository) {
      return repository.startsWith(PREFIX)
          ? Optional.of(new Local(repository.substring(PREFIX.length())))
          : Optional.empty();
    }

    @Override
    public String type() {
      return "local";
    }

    @Override
    public Optional<String> repository() {
      return Optional.of(PREFIX + path);
    }
  }

  /** A new, empty directory. */
  record Empty() implements WorkspaceSource {
    @Override
    public String type() {
      return "empty";
    }

    @Override
    public Optional<String> repository() {
      return Optional.empty();
    }
  }
}
