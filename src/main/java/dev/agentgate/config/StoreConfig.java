package dev.agentgate.config;

import io.smallrye.config.WithDefault;

/** Where orders are kept. */
public interface StoreConfig {
  /**
   * {@code file} keeps orders in the data directory. {@code postgres} keeps them in the PostgreSQL
   * database that {@code QUARKUS_DATASOURCE_JDBC_URL} names; logs, patches and workspaces stay in
   * the data directory. One AgentGate uses a database at a time.
   */
  @WithDefault("file")
  @OneOf(
      value = {"file", "postgres"},
      kind = "store")
  String kind();
}
