package dev.agentgate.workspace;

import java.util.Optional;

/** The {@code workspaceSource} that a client sent, not checked yet. */
public record WorkspaceSourceInput(
    Optional<String> type,
    Optional<String> url,
    Optional<String> owner,
    Optional<String> repo,
    Optional<String> branch,
    Optional<String> path,
    Optional<String> ref) {}
