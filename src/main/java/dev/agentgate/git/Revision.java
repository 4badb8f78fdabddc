package dev.agentgate.git;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The commit of a repository that an order asks for. Its names are valid. */
public sealed interface Revision {
  /** The tip of the remote's default branch. */
  public record DefaultBranch() implements Revision {}

  /** The tip of a branch. */
  public record Branch(String name) implements Revision {}

  /** The commit that a tag points to. */
  public record Tag(String name) implements Revision {}

  /** A branch of that name or, if there is none, a tag, as with {@code git clone --branch}. */
  public record BranchOrTag(String name) implements Revision {}

  /** A commit, by its full id. */
  public record Commit(String id) implements Revision {}

  /** The ids of SHA-1 and SHA-256. */
  Pattern COMMIT_ID = Pattern.compile("[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}");

  /**
   * Parses a {@code ref}: a full commit id, {@code refs/heads/x}, {@code refs/tags/x}, or the name
   * of a branch or a tag.
   *
   * @return empty if it is none of them
   */
  public static Optional<Revision> ofRef(String text) {
    if (COMMIT_ID.matcher(text).matches()) {
      return Optional.of(new Commit(text.toLowerCase(Locale.ROOT)));
    }
    if (text.startsWith(RefNames.BRANCHES)) {
      return Optional.of(text.substring(RefNames.BRANCHES.length()))
          .filter(BranchName::isValid)
          .map(Branch::new);
    }
    if (text.startsWith(RefNames.TAGS)) {
      return Optional.of(text.substring(RefNames.TAGS.length()))
          .filter(BranchName::isValid)
          .map(Tag::new);
    }
    return Optional.of(text).filter(BranchName::isValid).map(BranchOrTag::new);
  }
}
