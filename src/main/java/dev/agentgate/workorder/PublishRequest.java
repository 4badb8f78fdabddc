package dev.agentgate.workorder;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the changes of a run are published. The names are valid for git.
 *
 * @param branch receives the changes; by default {@link #branch(WorkOrderId)}
 * @param base the branch that the changes are for; by default the one that was checked out
 * @param title of the pull request, and of the commit of what the agent left uncommitted; by
 *     default the first line of the prompt
 * @param body the text of the pull request
 * @param draft whether a new pull request is a draft
 * @param labels are added to the pull request
 */
public record PublishRequest(
    As as,
    Optional<String> branch,
    Optional<String> base,
    Optional<String> title,
    Optional<String> body,
    boolean draft,
    List<String> labels) {
  /** GitHub allows no longer title. */
  public static final int MAX_TITLE = 256;

  private static final String DEFAULT_BRANCH = "agentgate/";
  private static final String DEFAULT_TITLE = "Changes by AgentGate";

  public PublishRequest {
    labels = List.copyOf(labels);
  }

  /** What the changes become. */
  public enum As {
    BRANCH,
    PULL_REQUEST;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the value of this name; empty if there is none. */
    public static Optional<As> parse(String name) {
      for (As as : values()) {
        if (as.wireName().equals(name)) {
          return Optional.of(as);
        }
      }
      return Optional.empty();
    }
  }

  /** Returns the branch for the changes of an order. */
  public String branch(WorkOrderId order) {
    return branch.orElse(DEFAULT_BRANCH + order.value());
  }

  /** Returns the title for the changes that a prompt led to. */
  public String title(String prompt) {
    return title.orElseGet(() -> firstLine(prompt));
  }

  /** Returns the same request with a branch. */
  public PublishRequest on(String newBranch) {
    return new PublishRequest(as, Optional.of(newBranch), base, title, body, draft, labels);
  }

  /** Returns the same request with a base. */
  public PublishRequest withBase(String newBase) {
    return new PublishRequest(as, branch, Optional.of(newBase), title, body, draft, labels);
  }

  private static String firstLine(String prompt) {
    String line =
        prompt
            .lines()
            .map(text -> text.replaceAll("[\\p{Cntrl}\\p{Cs}]", " ").strip())
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElse(DEFAULT_TITLE);
    return line.codePointCount(0, line.length()) <= MAX_TITLE
        ? line
        : line.substring(0, line.offsetByCodePoints(0, MAX_TITLE - 1)) + "…";
  }
}
