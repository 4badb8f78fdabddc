package dev.agentgate.workspace;

/** Where a repository keeps its refs. */
final class RefNames {
  static final String BRANCHES = "refs/heads/";
  static final String TAGS = "refs/tags/";

  /** Commits that an order named by their ids; in mirrors only. */
  static final String COMMITS = "refs/agentgate/commits/";

  private RefNames() {}
}
