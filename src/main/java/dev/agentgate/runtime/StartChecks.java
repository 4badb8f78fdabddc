package dev.agentgate.runtime;

import dev.agentgate.agent.AgentCommandLine;
import dev.agentgate.api.access.ApiKeys;
import dev.agentgate.config.AuthConfig;
import dev.agentgate.config.DataConfig;
import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.HealthConfig;
import dev.agentgate.config.ListenAddressCheck;
import dev.agentgate.config.MaintenanceConfig;
import dev.agentgate.config.QueueConfig;
import dev.agentgate.config.RunConfig;
import dev.agentgate.config.ShutdownConfig;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.config.StartupChecks;
import dev.agentgate.config.WebhooksConfig;
import dev.agentgate.config.WorkspaceConfig;
import dev.agentgate.workspace.GitHubHost;
import dev.agentgate.workspace.LargeFiles;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Refuses to start with a configuration that cannot be meant, and says everything that is wrong
 * with it.
 */
@Singleton
class StartChecks {
  private static final Logger LOG = Logger.getLogger(StartChecks.class);

  private final List<String> problems = new ArrayList<>();
  private final boolean anyKey;
  private final DataConfig data;

  StartChecks(
      Config config,
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
    StartupChecks.undecodedVariables(System.getenv())
        .forEach(problem -> problems.add(problem.toString()));
    StartupChecks.problems(
            config,
            data,
            auth,
            github,
            workspace,
            queue,
            run,
            shutdown,
            health,
            maintenance,
            webhooks)
        .forEach(problem -> problems.add(problem.toString()));
    this.data = data;
    github
        .owner()
        .filter(owner -> !GitHubHost.isOwner(owner))
        .ifPresent(owner ->
            problems.add(
                "agentgate.github.owner is no name that GitHub gives to an account ("
                    + owner
                    + "): set the account alone, like acme"));
    if (workspace.lfs() && !LargeFiles.canBeFetched()) {
      problems.add(
          "agentgate.workspace.lfs needs the program git-lfs, which is not on the PATH: install"
              + " it, or take the key out [AGENTGATE_WORKSPACE_LFS]");
    }
    anyKey = hasKey(auth);
    ListenAddressCheck.refusal(host, anyKey, auth.anonymous()).ifPresent(problems::add);
    ports.problem().ifPresent(problems::add);
  }

  private boolean hasKey(AuthConfig auth) {
    try {
      return !KeysProducer.read(auth).isEmpty();
    } catch (MalformedInputException e) {
      problems.add("agentgate.auth.keys-file cannot be used: it is not UTF-8 text");
      return true;
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
    StartupChecks.unknownVariables(System.getenv().keySet())
        .forEach(name ->
            LOG.warnf(
                "The variable %s sets nothing: there is no such key (docs/configuration.md lists"
                    + " them)",
                name));
    data.agents()
        .forEach((type, agent) -> {
          if (agent.enabled()
              && new AgentCommandLine(agent.command().orElse(List.of())).mayTakePromptForOption()) {
            LOG.warnf(
                "agentgate.agents.%s.command: a prompt that begins with a dash becomes an option of the"
                    + " agent; put -- before {prompt}, or name neither {prompt} nor {promptFile}, then"
                    + " the prompt is on standard input",
                type);
          }
        });
  }

  /**
   * Stops the start if there is a problem.
   *
   * @throws StartRefusedException then; the exit code is {@code EX_CONFIG} of sysexits.h
   */
  void enforce() {
    if (!problems.isEmpty()) {
      throw new StartRefusedException(
          "\n  " + String.join("\n  ", problems), StartRefusedException.CONFIGURATION_ERROR);
    }
  }
}
