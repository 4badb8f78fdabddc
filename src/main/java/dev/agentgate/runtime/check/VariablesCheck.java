package dev.agentgate.runtime.check;

import dev.agentgate.config.Problem;
import dev.agentgate.config.Variables;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Checks that the variables of this process can be read and set something. */
@Singleton
class VariablesCheck implements StartCheck {
  private static final Logger LOG = Logger.getLogger(VariablesCheck.class);

  private final Map<String, String> environment = System.getenv();

  @Override
  public Stream<Problem> problems() {
    return Variables.undecoded(environment);
  }

  @Override
  public void warn() {
    Variables.unknown(environment)
        .forEach(name ->
            LOG.warnf(
                "The variable %s sets nothing: there is no such key (docs/configuration.md lists"
                    + " them)",
                name));
  }
}
