package dev.agentgate.it;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** In what surroundings the service is started. */
enum Host {
  /** As whoever runs the tests, with what the machine offers. */
  PLAIN {
    @Override
    List<String> wrap(List<String> command, Map<String, String> environment) {
      return command;
    }
  },

  /** As in most containers: the cgroup file system is read-only. Needs root. */
  WITHOUT_CGROUP {
    @Override
    List<String> wrap(List<String> command, Map<String, String> environment) {
      String readOnly =
          """
          while read -r _ at kind _; do
            [ "$kind" != cgroup2 ] || mount -o remount,bind,ro "$at" || exit 99
          done </proc/mounts
          exec "$@"
          """;
      return join(List.of("unshare", "--mount", "sh", "-c", readOnly, "sh"), command);
    }
  },

  /** As nobody, with an empty environment and only the data directory writable. Needs root. */
  UNPRIVILEGED {
    @Override
    List<String> wrap(List<String> command, Map<String, String> environment) {
      List<String> asNobody =
          List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "-i");
      List<String> variables =
          environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
      return join(asNobody, join(variables, command));
    }
  };

  /** The command line that starts the command in these surroundings, keeping the process. */
  abstract List<String> wrap(List<String> command, Map<String, String> environment);

  /** Skips the test where this machine does not let it be. */
  void assume() {
    if (this != PLAIN) {
      assumeThat(isRoot()).as("the tests run as root").isTrue();
    }
  }

  /**
   * What a test runs on that does not say: {@code -Dagentgate.it.host=UNPRIVILEGED} changes it for
   * all.
   */
  static Host ofBuild() {
    return valueOf(System.getProperty("agentgate.it.host", PLAIN.name()));
  }

  static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      return false;
    }
  }

  static List<String> join(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
