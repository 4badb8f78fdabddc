package dev.agentgate.cli.remote;

import dev.agentgate.cli.console.CommandFailed;

/** The server may have done what it was asked for, but it did not say so. */
public final class OutcomeUnknown extends CommandFailed {
  private static final long serialVersionUID = 1L;

  OutcomeUnknown(CommandFailed failure) {
    super(failure.code(), failure.sentence(), failure.details().orElse(null));
  }
}
