package dev.agentgate.workspace;

import dev.agentgate.git.BranchName;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import dev.agentgate.workorder.WorkspaceSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Checks whether the changes to a source can be published in the way that a client asks for. */
public final class PublishRules {
  private PublishRules() {}

  /** Returns a sentence for each invalid value, keyed by the name of its field in the request. */
  public static Map<String, String> faults(PublishRequest request, WorkspaceSource source) {
    Map<String, String> faults = new LinkedHashMap<>();
    request
        .branch()
        .filter(name -> !BranchName.isValid(name))
        .ifPresent(_ -> faults.put("branch", "Invalid branch name in publish.branch"));
    request
        .base()
        .filter(name -> !BranchName.isValid(name))
        .ifPresent(_ -> faults.put("base", "Invalid branch name in publish.base"));
    Optional<String> base = request.base().or(() -> branchOf(source));
    if (base.isPresent() && base.equals(request.branch())) {
      faults.putIfAbsent("branch", "publish.branch must not be the base of the changes");
    }
    switch (source) {
      case WorkspaceSource.Local _, WorkspaceSource.Empty _ ->
          faults.put(
              "as", "Changes of a workspaceSource of type " + source.type() + " are not published");
      case WorkspaceSource.Git _ -> {
        if (request.as() == As.PULL_REQUEST) {
          faults.put("as", "A pull request needs a workspaceSource of type github");
        }
      }
      case WorkspaceSource.GitHub _ -> {}
    }
    return faults;
  }

  private static Optional<String> branchOf(WorkspaceSource source) {
    return switch (source) {
      case WorkspaceSource.GitHub gitHub -> gitHub.branch();
      case WorkspaceSource.Git git -> git.branch();
      case WorkspaceSource.Local _, WorkspaceSource.Empty _ -> Optional.empty();
    };
  }
}
