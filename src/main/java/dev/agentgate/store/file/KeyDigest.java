package dev.agentgate.store.file;

import dev.agentgate.workorder.Sha256;
import java.nio.ByteBuffer;

/**
 * The first half of the SHA-256 of an idempotency key. It stands for the key: it takes a fifth of
 * the memory, and nobody can find two keys that share one.
 */
record KeyDigest(long most, long least) {
  static KeyDigest of(String key) {
    ByteBuffer digest = ByteBuffer.wrap(Sha256.of(key));
    return new KeyDigest(digest.getLong(), digest.getLong());
  }
}
