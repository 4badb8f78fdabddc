package dev.agentgate.workspace;

import java.util.Optional;

/**
 * What of a remote is checked out.
 *
 * @param name of the branch or tag; the id of a commit
 * @param id of the object that the ref points to; empty if the remote has no such branch
 * @param isDefault whether the remote's HEAD names this branch
 */
record Tip(Kind kind, String name, Optional<String> id, boolean isDefault) {
  private static final int SHA256_LENGTH = 64;
  private static final String FETCH = "remote.origin.fetch";
  private static final String ORIGIN_HEAD = "refs/remotes/origin/HEAD";

  enum Kind {
    BRANCH,
    TAG,
    COMMIT
  }

  static Tip branch(String name, Optional<String> commit, Optional<String> defaultBranch) {
    return new Tip(Kind.BRANCH, name, commit, defaultBranch.equals(Optional.of(name)));
  }

  static Tip tag(String name, String object) {
    return new Tip(Kind.TAG, name, Optional.of(object), false);
  }

  static Tip commit(String id) {
    return new Tip(Kind.COMMIT, id, Optional.of(id), false);
  }

  /** Where a mirror keeps it; a branch and a tag where the remote does. */
  String ref() {
    return switch (kind) {
      case BRANCH -> RefNames.BRANCHES + name;
      case TAG -> RefNames.TAGS + name;
      case COMMIT -> RefNames.COMMITS + name;
    };
  }

  String objectFormat() {
    return id.filter(it -> it.length() == SHA256_LENGTH).isPresent() ? "sha256" : "sha1";
  }

  /**
   * Makes a repository of it in an empty directory. Through git's protocol, not by hard links: what
   * is broken in the mirror is found here, and an agent that writes into its objects does not write
   * into the mirror's.
   */
  void copy(LocalGit workspace, String mirror)
      throws WorkspaceFailedException, InterruptedException {
    if (kind == Kind.BRANCH) {
      workspace.run(
          "clone",
          "--quiet",
          "--template=",
          "--depth=1",
          "--single-branch",
          "--branch=" + name,
          "--",
          mirror,
          workspace.directory().toString());
      return;
    }
    workspace.run("init", "--quiet", "--template=", "--object-format=" + objectFormat());
    String here = kind == Kind.TAG ? ":" + ref() : "";
    workspace.run("fetch", "--quiet", "--depth=1", "--no-tags", "--", mirror, ref() + here);
    workspace.run("checkout", "--quiet", "--detach", kind == Kind.TAG ? ref() : name);
  }

  /** Gives the copy the configuration that a clone of the remote has. */
  void settle(LocalGit workspace, String url)
      throws WorkspaceFailedException, InterruptedException {
    workspace.configure("remote.origin.url", url);
    if (kind == Kind.TAG) {
      workspace.configure(FETCH, "+" + ref() + ":" + ref());
    }
    if (kind != Kind.BRANCH) {
      return;
    }
    // The mirror has a HEAD of its own, which says nothing of the remote's.
    if (isDefault) {
      workspace.run("symbolic-ref", ORIGIN_HEAD, "refs/remotes/origin/" + name);
    } else {
      workspace.run("update-ref", "--no-deref", "-d", ORIGIN_HEAD);
    }
  }
}
