package dev.agentgate.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Writes the log as text on a terminal, where a person reads it. {@code application.properties}
 * makes it JSON everywhere else. The log also stays JSON for the main process of a container, which
 * may have a terminal that only a log collector reads.
 *
 * <p>Registered in {@code META-INF/services}.
 */
public final class ConsoleLogSwitch implements ConfigSourceFactory {
  private static final String JSON = "quarkus.log.console.json.enabled";

  /** Stronger than {@code application.properties}, weaker than a value that an operator sets. */
  private static final int ORDINAL = 255;

  private static final String IN_KUBERNETES = "KUBERNETES_SERVICE_HOST";

  private final Path standardOutput;
  private final Map<String, String> environment;
  private final long pid;
  private final long parent;

  /** Inspects this process; called by the service loader. */
  public ConsoleLogSwitch() {
    this(
        Path.of("/proc/self/fd/1"),
        System.getenv(),
        ProcessHandle.current().pid(),
        ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L));
  }

  ConsoleLogSwitch(Path standardOutput, Map<String, String> environment, long pid, long parent) {
    this.standardOutput = standardOutput;
    this.environment = environment;
    this.pid = pid;
    this.parent = parent;
  }

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    return isTerminal() && !isMainProcessOfContainer()
        ? List.of(new PropertiesConfigSource(Map.of(JSON, "false"), "terminal", ORDINAL))
        : List.of();
  }

  private boolean isTerminal() {
    try {
      String device = Files.readSymbolicLink(standardOutput).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  /** The main process is process 1, or the child of a small init such as {@code tini}. */
  private boolean isMainProcessOfContainer() {
    return pid == 1 || parent == 1 || environment.containsKey(IN_KUBERNETES);
  }
}
