package dev.agentgate.execution.local;

/** The two ways a run's processes are held together; every host has the second. */
enum Holding {
  CGROUP,
  SESSION
}
