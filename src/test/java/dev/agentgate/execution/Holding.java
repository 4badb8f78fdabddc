package dev.agentgate.execution;

/** The two ways a run's processes are held together; every host has the second. */
enum Holding {
  CGROUP,
  SESSION
}
