package dev.agentgate.api;

import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.AgentPrograms;
import dev.agentgate.agent.Agents;
import dev.agentgate.queue.AgentBrakes;
import dev.agentgate.queue.UsageReport;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.wire.AgentPauseRequest;
import dev.agentgate.wire.AgentResponse;
import dev.agentgate.wire.Answers;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.Usage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
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
  private final AgentBrakes brakes;
  private final UsageReport usage;

  @Inject
  AgentsResource(Agents agents, AgentPrograms programs, AgentBrakes brakes, UsageReport usage) {
    this.usage = usage;
    this.agents = agents;
    this.programs = programs;
    this.brakes = brakes;
  }

  @GET
  @Operation(
      operationId = "listAgents",
      summary = "List the configured types of agent",
      description =
          "Whether a command can be found is checked at most every five seconds. Needs the role"
              + " `viewer`.")
  @APIResponse(
      responseCode = "200",
      description = "The agents, sorted by their type",
      content = @Content(schema = @Schema(implementation = Answers.Agents.class)))
  public Answers.Agents agents() {
    Map<String, Usage> today = today();
    return new Answers.Agents(
        agents.all().entrySet().stream()
            .map(agent -> describe(agent.getKey(), agent.getValue(), today))
            .toList());
  }

  private AgentResponse describe(String type, Agents.Agent agent) {
    return describe(type, agent, today());
  }

  /** A pause is done even if nobody can tell what was used. */
  private Map<String, Usage> today() {
    try {
      return usage.today();
    } catch (StoreUnavailableException e) {
      return Map.of();
    }
  }

  private AgentResponse describe(String type, Agents.Agent agent, Map<String, Usage> today) {
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
        profile.output().reportsCost(),
        brakes.pause(type).map(AgentsResource::describe).orElse(null),
        WireRecords.of(today.getOrDefault(type, Usage.UNKNOWN)));
  }

  private static AgentResponse.Paused describe(AgentPause pause) {
    return new AgentResponse.Paused(
        pause.reason().wireName(), pause.message(), pause.since(), pause.until().orElse(null));
  }

  @POST
  @Path("/{type}/pause")
  @Operation(
      operationId = "pauseAgent",
      summary = "Pause an agent",
      description =
          "It starts no new runs; runs in progress continue. The pause survives a restart. Needs"
              + " the role `admin`.")
  @RequestBody(
      description = "Optional: until when",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = AgentPauseRequest.class)))
  @APIResponse(
      responseCode = "200",
      description = "The agent",
      content = @Content(schema = @Schema(implementation = AgentResponse.class)))
  @APIResponse(ref = "Invalid", responseCode = "400")
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public AgentResponse pause(
      @Parameter(example = "claude-code") @PathParam("type") String type,
      @Parameter(hidden = true) InputStream body) {
    Agents.Agent agent = find(type);
    brakes.pause(type, PauseBody.until(body));
    return describe(type, agent);
  }

  @POST
  @Path("/{type}/resume")
  @Operation(
      operationId = "resumeAgent",
      summary = "Resume a paused agent",
      description = "Whatever the reason for the pause. Needs the role `admin`.")
  @APIResponse(
      responseCode = "200",
      description = "The agent",
      content = @Content(schema = @Schema(implementation = AgentResponse.class)))
  @APIResponse(ref = "NotFound", responseCode = "404")
  @APIResponse(ref = "Unavailable", responseCode = "503")
  public AgentResponse resume(@Parameter(example = "claude-code") @PathParam("type") String type) {
    Agents.Agent agent = find(type);
    brakes.resume(type);
    return describe(type, agent);
  }

  private Agents.Agent find(String type) {
    Agents.Agent agent = agents.all().get(type);
    if (agent == null) {
      throw new AgentGateException(Kind.NOT_FOUND, "There is no agent of this type");
    }
    return agent;
  }
}
