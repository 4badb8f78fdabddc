package dev.agentgate.runtime.check;

import dev.agentgate.config.Problem;
import java.util.stream.Stream;

/**
 * A check of what the bounds of a setting cannot say, made once before the service starts. To add
 * one, add a bean.
 */
public interface StartCheck {
  /** Finds what must be fixed; looks at the file system, changes nothing. */
  Stream<Problem> problems();

  /** Logs what an operator may not have meant; called once, if nothing must be fixed. */
  default void warn() {}
}
