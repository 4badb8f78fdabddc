package dev.agentgate.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The environment and the configuration of the service's own git, built from scratch.
 *
 * @see <a href="https://git-scm.com/docs/gitcredentials">gitcredentials</a>
 */
final class GitEnvironment {
  private static final String TOKEN_VARIABLE = "AGENTGATE_CHECKOUT_TOKEN";

  /** Variables that git needs to reach remotes: proxies, certificates and the operator's ssh. */
  private static final List<String> INHERITED =
      List.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "TMPDIR",
          "no_proxy",
          "NO_PROXY",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "GIT_SSL_CAINFO",
          "GIT_SSL_CAPATH",
          "GIT_SSH_COMMAND",
          "SSH_AUTH_SOCK");

  private static final List<String> PROXIES =
      List.of("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");

  private final Path configuration;
  private final Optional<String> token;

  /**
   * @param configuration the file for git's configuration; overwritten
   * @param token the token for the host; sent nowhere else
   */
  GitEnvironment(Path configuration, GitHubHost host, Optional<String> token) throws IOException {
    this.configuration = configuration;
    this.token = token;
    Path aside = configuration.resolveSibling(configuration.getFileName() + ".new");
    Files.writeString(aside, configurationText(host));
    Files.move(aside, configuration, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Returns the addresses of proxies that may hold a password, as git and curl write them: with and
   * without the protocol.
   */
  static List<String> proxiesWithPassword(Map<String, String> variables) {
    return PROXIES.stream()
        .flatMap(name -> Optional.ofNullable(variables.get(name)).stream())
        .map(String::strip)
        .filter(proxy -> proxy.contains("@"))
        .flatMap(proxy ->
            Stream.of(
                proxy, proxy.substring(proxy.indexOf("://") < 0 ? 0 : proxy.indexOf("://") + 3)))
        .toList();
  }

  /** Returns all variables for a process of git. */
  Map<String, String> variables(GitContext context, Access access) {
    Map<String, String> environment = new HashMap<>();
    Stream.concat(INHERITED.stream(), PROXIES.stream())
        .forEach(name ->
            Optional.ofNullable(System.getenv(name))
                .ifPresent(value -> environment.put(name, value)));
    environment.putIfAbsent("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=30");
    environment.putAll(context.variables());
    environment.put("LC_ALL", "C");
    environment.put("GIT_ALLOW_PROTOCOL", access.protocol());
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_CONFIG_GLOBAL", configuration.toString());
    environment.put("GIT_ATTR_NOSYSTEM", "1");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_LFS_SKIP_SMUDGE", "1");
    // The service's user may have no name, but git needs one for reflogs.
    environment.putIfAbsent("GIT_COMMITTER_NAME", "AgentGate");
    environment.putIfAbsent("GIT_COMMITTER_EMAIL", "agentgate@localhost");
    if (access.withToken()) {
      token.ifPresent(value -> environment.put(TOKEN_VARIABLE, value));
    }
    return environment;
  }

  private static String configurationText(GitHubHost host) {
    // safe.directory: repositories behind a file: URL may belong to other users. Only the
    // operator's base URL and roots decide which repositories can be reached.
    // gc.autoDetach: a garbage collection in the background would outlive the call.
    String text =
        """
        # Written by AgentGate at every start, for its own checkouts only.
        [safe]
          directory = *
        [core]
          hooksPath = /dev/null
          attributesFile = /dev/null
          excludesFile = /dev/null
          fsmonitor = false
          askPass =
        [protocol "ext"]
          allow = never
        [submodule]
          recurse = false
        [fetch]
          recurseSubmodules = false
        [gc]
          autoDetach = false
        [maintenance]
          autoDetach = false
        [init]
          defaultBranch = main
        [http]
          lowSpeedLimit = 1000
          lowSpeedTime = 60
        """;
    return host.credentialScope().map(scope -> text + credentialHelper(scope)).orElse(text);
  }

  private static String credentialHelper(String scope) {
    return """
    [credential "%s"]
      helper = "!f() { test \\"$1\\" = get && test -n \\"$%2$s\\" && printf '%%s\\\\n' \
    username=x-access-token \\"password=$%2$s\\"; }; f"
    """
        .formatted(scope, TOKEN_VARIABLE);
  }
}
