package dev.agentgate.runtime;

import dev.agentgate.api.ApiKeys;
import dev.agentgate.config.AuthConfig;
import dev.agentgate.config.DataConfig;
import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.HealthConfig;
import dev.agentgate.config.ListenAddressCheck;
import dev.agentgate.config.MaintenanceConfig;
import dev.agentgate.config.QueueConfig;
import dev.agentgate.config.RunConfig;
import dev.agentgate.config.ShutdownConfig;
import dev.agentgate.config.StartupChecks;
import dev.agentgate.config.WebhooksConfig;
import dev.agentgate.config.WorkspaceConfig;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Refuses to start with a configuration that cannot be meant, and says everything that is wrong
 * with it.
 */
@Singleton
class StartChecks {
  private static final Logger LOG = Logger.getLogger(StartChecks.class);
  private static final int CONFIGURATION_ERROR = 78;

  private final List<String> problems = new ArrayList<>();
  private final boolean anyKey;

  StartChecks(
      DataConfig data,
      AuthConfig auth,
      GithubConfig github,
      WorkspaceConfig workspace,
      QueueConfig queue,
      RunConfig run,
      ShutdownConfig shutdown,
      HealthConfig health,
      MaintenanceConfig maintenance,
      WebhooksConfig webhooks,
      ListenPorts ports,
      @ConfigProperty(name = "quarkus.http.host") String host) {
    StartupChecks.problems(
            data, auth, github, workspace, queue, run, shutdown, health, maintenance, webhooks)
        .forEach(problem -> problems.add(problem.toString()));
    anyKey = hasKey(auth);
    ListenAddressCheck.refusal(host, anyKey, auth.anonymous()).ifPresent(problems::add);
    ports.problem().ifPresent(problems::add);
  }

  private boolean hasKey(AuthConfig auth) {
    try {
      return !KeysProducer.read(auth).isEmpty();
    } catch (IOException e) {
      // That the file cannot be read is among the problems already.
      return true;
    } catch (ApiKeys.InvalidKeysException e) {
      problems.add("agentgate.auth.keys-file cannot be used: " + e.getMessage());
      return true;
    }
  }

  /** Says once what an operator may not have meant. */
  void tell() {
    if (!anyKey) {
      LOG.info("No key is configured: anyone on this machine may do everything");
    }
  }

  /**
   * Stops the start if there is a problem.
   *
   * @throws StartRefusedException then; the exit code is {@code EX_CONFIG} of sysexits.h
   */
  void enforce() {
    if (!problems.isEmpty()) {
      throw new StartRefusedException("\n  " + String.join("\n  ", problems), CONFIGURATION_ERROR);
    }
  }
}
