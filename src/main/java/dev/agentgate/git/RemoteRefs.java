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

  Optional<String> defaultBranch() {
    return match(HEAD, head -> true)
        .map(head -> head.group(1))
        .filter(BranchName::isValid)
        .filter(_ -> of("HEAD").isPresent());
  }

  private Optional<Matcher> match(Pattern pattern, Predicate<Matcher> wanted) {
    return text.lines().map(pattern::matcher).filter(Matcher::matches).filter(wanted).findFirst();
  }
}
