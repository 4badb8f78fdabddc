package dev.agentgate.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Runs the {@code git} command line independently of the machine's setup. The environment is built
 * from scratch, configuration of the machine and the user is not read, no hook, filter or
 * credential prompt runs, and only one protocol is allowed. Each process leads a session of its
 * own, carries the variables of its {@link GitContext}, and does not outlive its call.
 *
 * <p>The token is in the environment of only those git processes that talk to the GitHub host. A
 * credential helper that git asks for that host alone takes it from there. So the token is in no
 * argument list, URL or file, and does not follow a redirect to another host.
 *
 * @see <a href="https://git-scm.com/docs/gitcredentials">gitcredentials</a>
 */
public final class GitCommand {
  private static final Path NO_INPUT = Path.of("/dev/null");

  /**
   * Higher exit codes are 128 plus the number of a signal. Git itself exits with 129 for wrong
   * usage.
   */
  private static final int LAST_OWN_CODE = 129;

  private final GitEnvironment environment;
  private final GitMessages messages;

  /**
   * @param configuration the file for git's configuration; overwritten
   * @param token the token for the host; sent nowhere else
   * @param hidden paths of this machine that no message may show
   */
  public GitCommand(
      Path configuration, GitHubHost host, Optional<String> token, List<String> hidden)
      throws IOException {
    if (token.filter(text -> text.chars().anyMatch(Character::isISOControl)).isPresent()) {
      throw new IllegalArgumentException("The GitHub token contains a control character");
    }
    Optional<String> given = token.filter(text -> !text.isEmpty());
    this.environment = new GitEnvironment(configuration, host, given);
    this.messages =
        new GitMessages(given, hidden, GitEnvironment.proxiesWithPassword(System.getenv()));
  }

  /** Reads git's output in a thread of its own. */
  @FunctionalInterface
  public interface Reader {
    void read(InputStream output) throws IOException;
  }

  /**
   * Runs {@code git} with these arguments.
   *
   * @return the end of its output, stdout and stderr together
   * @throws GitFailedException if it failed, with its message
   * @throws GitException if the time ran out or git was killed
   */
  public String run(GitContext context, Access access, String... arguments)
      throws GitException, InterruptedException {
    return execute(context, access, NO_INPUT, Optional.empty(), arguments).text();
  }

  /**
   * Runs {@code git} with these arguments and returns its whole output.
   *
   * @throws GitFailedException if it failed, with its message
   * @throws GitException if the output was too long, the time ran out or git was killed
   */
  public String readAll(GitContext context, Access access, String... arguments)
      throws GitException, InterruptedException {
    OutputTail output = execute(context, access, NO_INPUT, Optional.empty(), arguments);
    if (!output.isWhole()) {
      throw new GitException(
          "git " + subcommand(List.of(arguments)) + " printed more than the service reads");
    }
    return output.text();
  }

  /**
   * Runs {@code git} with these arguments on this machine, for output of any length and any bytes.
   *
   * @param input the file for its standard input
   * @param reader reads its standard output; if the reader returns early, git is stopped
   * @throws GitFailedException if it failed, with its message
   * @throws GitException if the reader failed, the time ran out or git was killed
   */
  public void stream(GitContext context, Path input, Reader reader, String... arguments)
      throws GitException, InterruptedException {
    execute(context, Access.LOCAL, input, Optional.of(reader), arguments);
  }

  private OutputTail execute(
      GitContext context, Access access, Path input, Optional<Reader> reader, String... arguments)
      throws GitException, InterruptedException {
    List<String> all = List.of(arguments);
    String name = "git " + subcommand(all);
    requireEncodable(all);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    GitProcess process =
        GitProcess.start(name, all, environment.variables(context, access), input.toFile(), reader);
    process.await(context);
    if (process.isCutShort()) {
      return process.output();
    }
    int code = process.exitCode();
    if (code > LAST_OWN_CODE) {
      throw new GitException(name + " was killed by signal " + (code - 128));
    }
    if (code != 0) {
      throw new GitFailedException(
          name + " failed: " + messages.failure(process.output().text(), code, access), code);
    }
    return process.output();
  }

  /** Refuses arguments that the locale cannot express, because git would receive different ones. */
  private static void requireEncodable(List<String> command) throws GitException {
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    for (String argument : command) {
      if (!charset.newEncoder().canEncode(argument)) {
        throw new GitException(
            "The service's locale cannot express a name in this source; start it with LC_ALL=C.UTF-8");
      }
    }
  }

  private static String subcommand(List<String> arguments) {
    int at = 0;
    while (at < arguments.size() && arguments.get(at).startsWith("-")) {
      // These two options take their value as a separate argument.
      at += arguments.get(at).equals("-C") || arguments.get(at).equals("-c") ? 2 : 1;
    }
    return at < arguments.size() ? arguments.get(at) : "";
  }
}
