package dev.agentgate.runtime.check;

import dev.agentgate.config.Problem;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.config.ValueForms;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Refuses to start with a configuration that cannot work, and lists everything that is wrong with
 * it, so that an operator can fix it all at once.
 */
@Singleton
public class StartChecks {
  private final List<StartCheck> checks;
  private final List<Problem> problems;

  StartChecks(Config config, @All List<StartCheck> checks) {
    this.checks = checks;
    List<Problem> ofValues = ValueForms.problems(config);
    // It does not matter whether such a value makes sense otherwise.
    Set<String> judged = ofValues.stream().map(Problem::key).collect(Collectors.toSet());
    problems =
        Stream.concat(
                ofValues.stream(),
                checks.stream()
                    .flatMap(StartCheck::problems)
                    .filter(problem -> !judged.contains(problem.key().replace("\"", ""))))
            .sorted(Comparator.comparing(Problem::key))
            .toList();
  }

  /** All that must be fixed, in the order of the keys. If it is empty, the service may start. */
  List<Problem> problems() {
    return problems;
  }

  /** Logs, once, the settings that are probably not intended. */
  public void warn() {
    checks.forEach(StartCheck::warn);
  }

  /**
   * Stops the start if there is a problem.
   *
   * @throws StartRefusedException if there is one; the exit code is {@code EX_CONFIG} of {@code
   *     sysexits.h}
   */
  public void enforce() {
    if (!problems.isEmpty()) {
      throw new StartRefusedException(
          problems.stream().map(problem -> "\n  " + problem).collect(Collectors.joining()),
          StartRefusedException.CONFIGURATION_ERROR);
    }
  }
}
