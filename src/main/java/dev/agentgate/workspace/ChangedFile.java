package dev.agentgate.workspace;

import java.util.Optional;

/**
 * One file that differs between the base commit and what the agent left.
 *
 * @param path from the top of the repository, as {@link CollectedChanges} says of names
 * @param oldPath where a renamed file was
 * @param binary whether git compares it as bytes; it then counts no lines
 */
public record ChangedFile(
    String path,
    Optional<String> oldPath,
    Status status,
    boolean binary,
    long insertions,
    long deletions) {

  /** What happened to a file. */
  public enum Status {
    ADDED,
    MODIFIED,
    DELETED,
    RENAMED,
    /** A file became a symbolic link or a submodule, or the other way round. */
    TYPE_CHANGED
  }
}
