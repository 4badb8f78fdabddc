package dev.agentgate.workspace;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The result of collecting an agent's changes. A file's name is shown unchanged if it is UTF-8.
 * Other names are shown as git quotes them in a patch, in double quotes and with octal escapes.
 */
public sealed interface CollectedChanges {

  /**
   * The changes are known.
   *
   * @param baseCommit the commit that was checked out
   * @param headCommit the commit of the agent's HEAD according to the workspace; it may not exist
   * @param patchBytes the length of the patch; empty if it was too large to keep
   * @param notes sentences about what the patch could not include
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

  /**
   * There is no base to compare with: the workspace is local or empty, or there was no checkout.
   */
  record NoBase() implements CollectedChanges {}

  /**
   * The changes could not be collected.
   *
   * @param reason a sentence
   */
  record Failed(String reason) implements CollectedChanges {}
}
