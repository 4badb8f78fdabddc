package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where orders are kept. */
public interface StoreConfig {
  /**
   * {@code file} keeps orders in the data directory. {@code postgres} keeps them in the PostgreSQL
   * database that {@code QUARKUS_DATASOURCE_JDBC_URL} names, which several instances may share;
   * logs, patches and workspaces stay in the data directory of the instance that ran the order.
   */
  @WithDefault("file")
  @OneOf(
      value = {"file", "postgres"},
      kind = "store")
  String kind();

  /**
   * How long an instance that uses a database may be silent before another one takes over its
   * orders. An instance that cannot reach the database ends its agents after half of this time. A
   * restart must take less than five sixths of it, or the agents are gone. The same for all
   * instances. The store {@code file} does not use it.
   */
  @WithDefault("PT30S")
  @AtLeast("5s")
  @AtMost("10m")
  Duration lease();

  /**
   * The most bytes of one run, log and patch together, that are kept in a database once the run is
   * over, so that every instance can show them. They are compressed there. A larger run stays on
   * the instance that ran it. {@code 0} keeps nothing. The store {@code file} does not use it.
   */
  @WithDefault("128M")
  MemorySize archiveMaxSize();
}
