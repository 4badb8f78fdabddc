package dev.agentgate.workorder;

/**
 * A client's promise that a repeated submit means the same order.
 *
 * @param key the client's key, 1..255 characters
 * @param fingerprint SHA-256 of the canonical request body, in hex
 */
public record IdempotencyKey(String key, String fingerprint) {}
