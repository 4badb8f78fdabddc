package dev.agentgate.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.remote.Profiles;
import dev.agentgate.cli.remote.Server;
import dev.agentgate.cli.remote.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the server can be reached, and whether one could be started here. */
final class ServerChecks {
  private static final Pattern VERSION = Pattern.compile("(?m)^  version: \"?([^\"\\s]+)");
  private static final Set<PosixFilePermission> OF_OTHERS =
      Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  private final Console console;
  private final Server server;

  ServerChecks(Console console, Server server) {
    this.console = console;
    this.server = server;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    boolean there = reach(findings);
    port(findings, "QUARKUS_HTTP_PORT", "3001", "the API", there);
    port(findings, "QUARKUS_MANAGEMENT_PORT", "9000", "health and metrics", there);
    key(findings);
    return findings;
  }

  private boolean reach(List<Finding> findings) {
    URI url = server.target().url();
    try {
      JsonNode health = server.get("/queue/health").json();
      String version =
          server.page("/q/openapi").map(ServerChecks::version).orElse("of an unknown version");
      findings.add(Finding.ok("server", url + ", API " + version));
      for (JsonNode alert : health.path("alerts")) {
        findings.add(
            Finding.warning("queue", HumanText.oneLine(alert.asText()), "See docs/operations.md."));
      }
      return true;
    } catch (CommandFailed e) {
      boolean asked = !url.toString().equals(Target.DEFAULT_URL);
      boolean away = e.code() == ExitCode.UNREACHABLE && !asked;
      findings.add(
          away
              ? Finding.warning("server", "none at " + url, "Start it with `agentgate serve`.")
              : Finding.problem("server", "no use of " + url, e.sentence()));
      return e.code() == ExitCode.REFUSED;
    }
  }

  private static String version(String document) {
    Matcher version = VERSION.matcher(document);
    return version.find() ? version.group(1) : "of an unknown version";
  }

  private void port(
      List<Finding> findings, String variable, String byDefault, String what, boolean there) {
    String port = console.variable(variable).orElse(byDefault);
    if (!port.matches("\\d{1,5}") || isFree(Integer.parseInt(port))) {
      findings.add(Finding.ok("port " + port, "free, for " + what));
    } else if (there) {
      findings.add(Finding.ok("port " + port, "in use, as it is while a service runs"));
    } else {
      findings.add(
          Finding.problem(
              "port " + port,
              "in use by another program",
              "End that program, or set " + variable + " to another port for " + what + "."));
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }

  private void key(List<Finding> findings) {
    Target target = server.target();
    target
        .key()
        .ifPresentOrElse(
            key -> findings.add(Finding.ok("key", "from " + key.source())),
            () -> findings.add(Finding.ok("key", "none")));
    boolean remote = !isLoopback(target.url());
    if (target.key().isPresent() && remote && "http".equals(target.url().getScheme())) {
      findings.add(
          Finding.warning("key", "goes to " + target.url() + " without encryption", "Use https."));
    }
    Path profiles = new Profiles(console).file();
    if (Files.exists(profiles) && isReadableByOthers(profiles)) {
      findings.add(
          Finding.warning(
              "profiles", profiles + " can be read by others", "chmod 600 " + profiles));
    }
  }

  private static boolean isLoopback(URI url) {
    String host = String.valueOf(url.getHost());
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  private static boolean isReadableByOthers(Path file) {
    try {
      return Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
