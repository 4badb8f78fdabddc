package dev.agentgate.git;

/** The places where a repository keeps its refs. */
final class RefNames {
  static final String BRANCHES = "refs/heads/";
  static final String TAGS = "refs/tags/";

  /** Commits that orders name by their id; only in mirrors. */
  static final String COMMITS = "refs/agentgate/commits/";

  private RefNames() {}
}
