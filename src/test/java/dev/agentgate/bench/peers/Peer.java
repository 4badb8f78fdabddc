package dev.agentgate.bench.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A job queue, or what people use as one, on this machine. */
interface Peer extends AutoCloseable {
  String name();

  String version() throws Exception;

  /** How it is configured for the measurement, in one sentence. */
  String setup();

  /** What it does not offer, and why in a few words; the methods for it are not called. */
  Map<Measure, String> lacks();

  /** Does once what a user does once: creates a database, a schema. */
  default void install() throws Exception {}

  /** Starts all of it; returns when it takes jobs and would run them. */
  void start() throws Exception;

  /** Submits jobs that do not run, one by one, from this many clients; jobs per second. */
  default double submits(int clients, Duration time) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Submits jobs that do not run, so many at a time; jobs per second. */
  default double bulkSubmits(int size, int clients, Duration time) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Submits {@code sh -c script}, to be run at once; returns the job's id. */
  default String submit(String script) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** Runs jobs of {@code /bin/true} that are queued when the time starts; jobs per second. */
  double drain(int jobs, int width) throws Exception;

  /** Ends a job that runs, by the means that it offers. */
  default void cancel(String job) throws Exception {
    throw new UnsupportedOperationException();
  }

  /** The memory of all its processes in MiB, while it has nothing to do. */
  double memory() throws Exception;

  /** Stops all of it. It can be started again. */
  @Override
  void close() throws IOException;
}
