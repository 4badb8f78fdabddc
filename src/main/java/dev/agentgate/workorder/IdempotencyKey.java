package dev.agentgate.workorder;

/**
 * A key with which a client marks repeated submits as the same order.
 *
 * @param key the client's key, 1..255 characters
 * @param fingerprint SHA-256 of the canonical request body, in hex
 */
public record IdempotencyKey(String key, String fingerprint) {}
