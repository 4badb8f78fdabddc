package dev.agentgate.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What an operator must know of the store.
 *
 * @param failure why writes are refused now, as a sentence; empty: they are taken
 * @param restartNeeded the refusal will not end by itself (a failed sync)
 * @param quarantinedFiles how many files lie in quarantine
 * @param loadedAt when it was opened
 */
public record StoreHealth(
    Optional<String> failure, boolean restartNeeded, long quarantinedFiles, Instant loadedAt) {}
