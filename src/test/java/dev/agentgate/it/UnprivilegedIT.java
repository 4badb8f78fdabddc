package dev.agentgate.it;

/**
 * The service as nobody, started with an empty environment from a directory it may only read; the
 * data directory is all it can write.
 */
class UnprivilegedIT extends EndToEndContract {
  @Override
  Host host() {
    return Host.UNPRIVILEGED;
  }
}
