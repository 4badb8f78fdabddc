package dev.agentgate.workspace;

import java.util.Optional;

/**
 * A file that differs between the base commit and what the agent left.
 *
 * @param path from the top of the repository; {@link CollectedChanges} says how names are shown
 * @param oldPath the former path of a renamed file
 * @param binary whether git compares the file as bytes and so does not count its lines
 */
public record ChangedFile(
    String path,
    Optional<String> oldPath,
    Status status,
    boolean binary,
    long insertions,
    long deletions) {

  /** The kind of change. */
  public enum Status {
    ADDED,
    MODIFIED,
    DELETED,
    RENAMED,
    /** A file became a symbolic link or a submodule, or the reverse. */
    TYPE_CHANGED
  }
}
