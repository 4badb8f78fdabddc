package dev.agentgate.git;

import java.util.Optional;

/**
 * The part of a remote that is checked out.
 *
 * @param name the name of the branch or tag, or the id of the commit
 * @param id the object that the ref points to; empty if the remote has no such branch
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

  /** Returns its ref in a mirror. Branches and tags have the same ref as in the remote. */
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
   * Copies it into a repository in an empty directory. It is copied through git's protocol and not
   * with hard links. This detects damage in the mirror, and an agent that writes to its objects
   * cannot write to the mirror's.
   */
  void copy(LocalGit workspace, String mirror) throws GitException, InterruptedException {
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

  /** Gives the copy the configuration of a clone of the remote. */
  void configure(LocalGit workspace, String url) throws GitException, InterruptedException {
    workspace.configure("remote.origin.url", url);
    if (kind == Kind.TAG) {
      workspace.configure(FETCH, "+" + ref() + ":" + ref());
    }
    if (kind != Kind.BRANCH) {
      return;
    }
    // The mirror has its own HEAD, which says nothing about the remote's.
    if (isDefault) {
      workspace.run("symbolic-ref", ORIGIN_HEAD, "refs/remotes/origin/" + name);
    } else {
      workspace.run("update-ref", "--no-deref", "-d", ORIGIN_HEAD);
    }
  }
}
