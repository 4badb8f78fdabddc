package dev.agentgate.workspace;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of collecting what an agent changed. A file's name is shown as it is if it is UTF-8;
 * any other as git quotes it in a patch, in double quotes and with octal escapes.
 */
public sealed interface CollectedChanges {

  /**
   * The change is known.
   *
   * @param baseCommit what was checked out
   * @param headCommit what the agent's HEAD names, as the workspace says; nothing proves that such
   *     a commit exists
   * @param patchBytes the length of the patch; empty if it was too large to keep
   * @param notes sentences about what the patch cannot contain
   */
  record Collected(
      String baseCommit,
      Optional<String> headCommit,
      ChangedFiles files,
      OptionalLong patchBytes,
      List<String> notes)
      implements CollectedChanges {
    public Collected {
      notes = List.copyOf(notes);
    }

    public boolean patchTooLarge() {
      return patchBytes.isEmpty();
    }
  }

  /** There is no base to compare with: a local or empty workspace, or no checkout at all. */
  record NoBase() implements CollectedChanges {}

  /**
   * It could not be collected.
   *
   * @param reason a sentence
   */
  record Failed(String reason) implements CollectedChanges {}
}
