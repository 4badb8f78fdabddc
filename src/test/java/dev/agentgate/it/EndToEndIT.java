package dev.agentgate.it;

/** The service as whoever runs the tests. */
class EndToEndIT extends EndToEndContract {
  @Override
  Host host() {
    return Host.PLAIN;
  }
}
