package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store that two instances have opened. */
public abstract class SharedStoreFixture {
  /** The clock of the store, for all instances. */
  protected final SettableClock clock = new SettableClock();

  protected Store one;
  protected Store two;

  /** Opens the store that all instances share, as one of them sees it. */
  protected abstract Store open(InstanceId instance) throws Exception;

  @BeforeEach
  final void openBoth() throws Exception {
    one = open(new InstanceId("one"));
    two = open(new InstanceId("two"));
  }

  @AfterEach
  final void closeBoth() {
    one.close();
    two.close();
  }
}
