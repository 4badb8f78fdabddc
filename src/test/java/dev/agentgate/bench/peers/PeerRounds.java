package dev.agentgate.bench.peers;

import dev.agentgate.bench.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Measures all peers in rounds, so that a busy moment of the machine does not hit one alone. */
final class PeerRounds {
  static final int WIDTH = 8;
  private static final int JOBS = 1_000;
  private static final int BULK = 1_000;
  private static final int BULK_CLIENTS = 4;
  private static final int CLIENTS = 64;
  private static final Duration BURST = Duration.ofSeconds(2);
  private static final int WARM_UP_SUBMITS = 10_000;
  private static final int WARM_UP_LIMIT_MILLIS = 45_000;
  private static final int WAITS = 40;
  private static final int CANCELS = 3;
  private static final long WAIT_BUDGET_MILLIS = 4_000;
  private static final long STEP_LIMIT_MILLIS = 30_000;
  private static final long DEATH_LIMIT_MILLIS = 2_000;

  private final List<PeerResults> peers;
  private final Path stamps;

  PeerRounds(List<PeerResults> peers, Path work) throws IOException {
    this.peers = peers;
    this.stamps = Files.createFile(work.resolve("stamps"));
  }

  /**
   * Measures everything.
   *
   * @param budget rounds that do not fit are left out, but not the first one
   * @return the number of rounds
   */
  int run(int rounds, Duration budget) throws Exception {
    long began = System.nanoTime();
    try {
      for (PeerResults results : peers) {
        results.peer().install();
      }
      for (int round = 0; round < rounds; round++) {
        for (PeerResults results : peers) {
          results.peer().close();
          long started = System.nanoTime();
          results.peer().start();
          results.add(Measure.START, millisSince(started));
        }
      }
      for (PeerResults results : peers) {
        warmUp(results);
      }
      int done = 0;
      for (double last = 0;
          done == 0 || (done < rounds && millisSince(began) + last < budget.toMillis());
          done++) {
        long started = System.nanoTime();
        for (PeerResults results : peers) {
          System.err.printf("round %d of %d: %s%n", done + 1, rounds, results.peer().name());
          measure(results);
        }
        last = millisSince(started);
      }
      return done;
    } finally {
      for (PeerResults results : peers) {
        results.peer().close();
      }
    }
  }

  /** Lets just-in-time compilers, caches and connection pools get ready. */
  private static void warmUp(PeerResults results) throws Exception {
    Peer peer = results.peer();
    if (results.offers(Measure.SUBMIT_MANY)) {
      long started = System.nanoTime();
      for (double done = 0;
          done < WARM_UP_SUBMITS && millisSince(started) < WARM_UP_LIMIT_MILLIS; ) {
        done += peer.submits(CLIENTS, BURST) * BURST.toSeconds();
      }
      peer.bulkSubmits(BULK, BULK_CLIENTS, BURST);
    }
    peer.drain(JOBS / 2, WIDTH);
  }

  private void measure(PeerResults results) throws Exception {
    Peer peer = results.peer();
    if (results.offers(Measure.SUBMIT_ONE)) {
      results.add(Measure.SUBMIT_ONE, peer.submits(1, BURST));
      results.add(Measure.SUBMIT_MANY, peer.submits(CLIENTS, BURST));
      results.add(Measure.SUBMIT_BULK, peer.bulkSubmits(BULK, BULK_CLIENTS, BURST));
    }
    if (results.offers(Measure.WAIT)) {
      results.add(Measure.WAIT, waits(peer));
    }
    results.add(Measure.DRAIN, peer.drain(JOBS, WIDTH));
    if (results.offers(Measure.CANCEL)) {
      cancel(results);
    }
    results.add(Measure.MEMORY, peer.memory());
  }

  /** The median of jobs that are submitted one after the other. */
  private double waits(Peer peer) throws Exception {
    Samples samples = new Samples();
    long started = System.nanoTime();
    for (int i = 0; i < WAITS && millisSince(started) < WAIT_BUDGET_MILLIS; i++) {
      long size = Files.size(stamps);
      Instant before = Instant.now();
      peer.submit("date +%s%N >>" + stamps);
      await(() -> stamps.toFile().length() > size, STEP_LIMIT_MILLIS);
      String all = Files.readString(stamps).strip();
      long stamp = Long.parseLong(all.substring(all.lastIndexOf('\n') + 1));
      samples.add((stamp - before.getEpochSecond() * 1_000_000_000L - before.getNano()) / 1e6);
    }
    return samples.median();
  }

  private static void cancel(PeerResults results) throws Exception {
    Samples millis = new Samples();
    Samples survivors = new Samples();
    for (int i = 0; i < CANCELS; i++) {
      MarkedJob job = new MarkedJob();
      String id = results.peer().submit(job.script());
      if (!await(job::complete, STEP_LIMIT_MILLIS)) {
        throw new IllegalStateException(results.peer().name() + " does not run the job");
      }
      long started = System.nanoTime();
      results.peer().cancel(id);
      boolean dead = await(() -> job.alive() == 0, DEATH_LIMIT_MILLIS);
      if (dead) {
        millis.add(millisSince(started));
      }
      survivors.add(job.alive());
      job.end();
    }
    results.add(Measure.SURVIVORS, survivors.most());
    if (survivors.most() == 0) {
      results.add(Measure.CANCEL, millis.median());
    } else {
      results.missing(Measure.CANCEL, "never: some survive");
    }
  }

  private static boolean await(BooleanSupplier condition, long limitMillis) {
    long started = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (millisSince(started) > limitMillis) {
        return false;
      }
      LockSupport.parkNanos(500_000);
    }
    return true;
  }

  private static double millisSince(long started) {
    return (System.nanoTime() - started) / 1e6;
  }
}
