package dev.agentgate.git;

import dev.agentgate.git.MirrorCache.Remote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The refs that a remote lists.
 *
 * @param text the output of {@code git ls-remote --symref}
 */
record RemoteRefs(String text) {
  private static final Pattern TIP = Pattern.compile("([0-9a-f]{40}|[0-9a-f]{64})\t(\\S+)");
  private static final Pattern HEAD = Pattern.compile("ref: refs/heads/(\\S+)\tHEAD");

  private static final char UNREADABLE = '\ufffd';

  /** Asks the remote for its HEAD and for these refs. */
  static RemoteRefs list(GitCommand git, GitContext context, Remote remote, List<String> refs)
      throws GitException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("ls-remote", "--symref", "--", remote.url(), "HEAD"));
    arguments.addAll(refs);
    return new RemoteRefs(git.run(context, remote.access(), arguments.toArray(String[]::new)));
  }

  /** Returns the object that a ref points to. For an annotated tag, that is not its commit. */
  Optional<String> of(String ref) {
    return match(TIP, tip -> tip.group(2).equals(ref)).map(tip -> tip.group(1));
  }

  /** The branch that HEAD names; empty if there is none, or none that can be used. */
  Optional<String> defaultBranch() {
    return head().filter(RemoteRefs::isUsable);
  }

  /** Why there is no {@link #defaultBranch}. */
  String whyNoDefaultBranch() {
    return head().isPresent()
        ? "The remote's default branch has a name that is not valid UTF-8, or too long."
        : "The remote has no default branch: its HEAD is detached, or names a branch that is not"
            + " there.";
  }

  private Optional<String> head() {
    return match(HEAD, head -> true).map(head -> head.group(1)).filter(_ -> of("HEAD").isPresent());
  }

  // Git makes no branch that begins with a hyphen, but takes one that a remote has. No command line
  // has the name as a word of its own.
  private static boolean isUsable(String name) {
    return name.indexOf(UNREADABLE) < 0 && BranchName.isValid(name.replaceFirst("^-+", "x"));
  }

  private Optional<Matcher> match(Pattern pattern, Predicate<Matcher> wanted) {
    return text.lines().map(pattern::matcher).filter(Matcher::matches).filter(wanted).findFirst();
  }
}
