package dev.agentgate.workspace;

import java.util.Optional;

/** What a client sent as {@code workspaceSource}; nothing of it is checked yet. */
public record WorkspaceSourceInput(
    Optional<String> type,
    Optional<String> url,
    Optional<String> owner,
    Optional<String> repo,
    Optional<String> branch,
    Optional<String> path,
    Optional<String> ref) {}
