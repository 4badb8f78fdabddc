package dev.agentgate.runtime.check;

import dev.agentgate.config.Problem;
import java.util.stream.Stream;

/**
 * A check that the bounds of a setting cannot express, made once before the service starts. To add
 * a check, add a bean.
 */
public interface StartCheck {
  /** Finds what must be fixed. It may read the file system, but changes nothing. */
  Stream<Problem> problems();

  /** Logs settings that are probably not intended. Called once, if nothing must be fixed. */
  default void warn() {}
}
