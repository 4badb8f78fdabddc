package dev.agentgate.api;

import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.AgentPrograms;
import dev.agentgate.agent.Agents;
import dev.agentgate.wire.AgentResponse;
import dev.agentgate.wire.Answers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Shows the agents that orders may ask for. */
@Path("/agents")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Agents")
@APIResponse(ref = "Unauthenticated", responseCode = "401")
@APIResponse(ref = "Forbidden", responseCode = "403")
@APIResponse(ref = "NotAcceptable", responseCode = "406")
public class AgentsResource {
  private final Agents agents;
  private final AgentPrograms programs;

  @Inject
  AgentsResource(Agents agents, AgentPrograms programs) {
    this.agents = agents;
    this.programs = programs;
  }

  @GET
  @Operation(
      operationId = "listAgents",
      summary = "List the configured types of agent",
      description =
          "Whether a command can be found is looked up at most every five seconds. Needs the role"
              + " `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The agents, sorted by their type",
      content = @Content(schema = @Schema(implementation = Answers.Agents.class)))
  public Answers.Agents agents() {
    return new Answers.Agents(
        agents.all().entrySet().stream()
            .map(agent -> describe(agent.getKey(), agent.getValue()))
            .toList());
  }

  private AgentResponse describe(String type, Agents.Agent agent) {
    AgentProfile profile = agent.profile();
    Optional<String> fault = programs.fault(type, profile);
    return new AgentResponse(
        type,
        agent.enabled(),
        fault.isEmpty(),
        fault.orElse(null),
        profile.output().wireName(),
        profile.commands().resumes(),
        profile.commands().takesModel(),
        profile.output().reportsCost());
  }
}
