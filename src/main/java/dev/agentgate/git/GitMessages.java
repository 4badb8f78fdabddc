package dev.agentgate.git;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Turns the output of a git that failed into a message for a person, without secrets and paths. */
final class GitMessages {
  private static final String SSH_FAILED = "fatal: Could not read from remote repository";
  private static final Pattern SERVER_PATH = Pattern.compile("(?<![\\w.:/-])~?/[^\\s\"':]+");
  private static final int KEPT_LINES = 3;
  private static final int MAX_MESSAGE = 1000;

  private final Optional<String> token;
  private final List<String> hidden;
  private final List<String> proxies;

  /**
   * @param token is replaced by asterisks
   * @param hidden paths of this machine that no message may show
   * @param proxies addresses with passwords, which git repeats when it cannot parse them
   */
  GitMessages(Optional<String> token, List<String> hidden, List<String> proxies) {
    this.proxies = List.copyOf(proxies);
    this.token = token;
    this.hidden = List.copyOf(hidden);
  }

  /** Returns the message for a git that ended with this code. */
  String failure(String output, int code, Access access) {
    return said(output, code) + credentialHint(output, access);
  }

  /** Adds what git cannot know: whether a token was available. */
  private String credentialHint(String output, Access access) {
    if (!output.contains("could not read Username")
        && !output.contains("Authentication failed for")) {
      return "";
    }
    if (!access.withToken()) {
      return ". The remote asks for credentials, and AgentGate has none for it";
    }
    return token.isPresent()
        ? ". The remote refused the token (agentgate.github.token)"
        : ". The repository is private or does not exist, and no token is configured"
            + " (agentgate.github.token)";
  }

  /**
   * Returns what ssh printed before git gave up, because git prints the same message for every
   * cause. Paths of keys and of configuration are removed.
   */
  private static List<String> saidBySsh(List<String> lines) {
    int end = 0;
    while (end < lines.size() && !lines.get(end).startsWith(SSH_FAILED)) {
      end++;
    }
    if (end == lines.size()) {
      return List.of();
    }
    return lastOf(
            lines.subList(0, end).stream()
                .filter(line -> !line.startsWith("Warning:") && !line.startsWith("@"))
                .filter(line -> !isTelling(line))
                .toList(),
            2)
        .stream()
        .map(line -> SERVER_PATH.matcher(line).replaceAll("…"))
        .toList();
  }

  private static boolean isTelling(String line) {
    return line.startsWith("fatal:")
        || line.startsWith("error:")
        || line.startsWith("ERROR:")
        || line.startsWith("remote:")
        || line.startsWith("! [");
  }

  /** Returns git's own message: its errors, or else its last line. */
  private String said(String output, int code) {
    List<String> lines = output.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    List<String> telling = lines.stream().filter(GitMessages::isTelling).toList();
    List<String> chosen = new ArrayList<>(saidBySsh(lines));
    chosen.addAll(telling.isEmpty() ? lastOf(lines, 1) : lastOf(telling, KEPT_LINES));
    if (chosen.isEmpty()) {
      return "exit code " + code;
    }
    String text = String.join("; ", chosen);
    if (token.isPresent()) {
      text = text.replace(token.get(), "***");
    }
    for (String proxy : proxies) {
      text = text.replace(proxy, "***");
    }
    for (String path : hidden) {
      text = text.replace(path, "…");
    }
    text = text.replaceAll("\\p{Cntrl}", " ");
    return text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) + "…" : text;
  }

  private static List<String> lastOf(List<String> lines, int count) {
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }
}
