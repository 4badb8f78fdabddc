package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/**
 * Where an agent's workspace comes from, already checked: whatever reads one from outside (a
 * client, a file) makes sure that no part of it can act as an option, leave the workspace or change
 * the protocol.
 */
public sealed interface WorkspaceSource {

  /** The name of this kind in requests, answers and files. */
  String type();

  /**
   * What the per-repository limit counts by: the same text for the same repository, whatever its
   * branch; empty where no repository is shared.
   */
  Optional<String> repository();

  /**
   * A repository on the configured GitHub host.
   *
   * @param branch empty: what {@code ref} says, else the remote's default branch
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
   * @param branch empty: what {@code ref} says, else the remote's default branch
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
   * A directory on this machine, used in place and never removed.
   *
   * @param path absolute
   */
  record Local(String path) implements WorkspaceSource {
    private static final String PREFIX = "local:";

    /** The source whose {@link #repository} this is; empty if it is that of another kind. */
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

  /** A fresh empty directory. */
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
