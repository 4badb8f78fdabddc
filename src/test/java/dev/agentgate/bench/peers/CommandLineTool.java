package dev.agentgate.bench.peers;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A program that reads a list of jobs and runs them: {@code xargs}, GNU parallel. */
final class CommandLineTool implements Peer {
  private static final long POLL_NANOS = 5_000_000;

  private final String name;
  private final List<String> command;

  private CommandLineTool(String name, List<String> command) {
    this.name = name;
    this.command = command;
  }

  static CommandLineTool xargs() {
    return new CommandLineTool("xargs", List.of("xargs", "-n", "1", "-P"));
  }

  static CommandLineTool parallel() {
    return new CommandLineTool("GNU parallel", List.of("parallel", "-n", "1", "-j"));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() throws Exception {
    return Programs.versionIn(Programs.output(command.getFirst(), "--version"));
  }

  @Override
  public String setup() {
    return "`" + String.join(" ", command) + " 8 /bin/true`; start: a call with one job";
  }

  @Override
  public Map<Measure, String> lacks() {
    Map<Measure, String> lacks = new EnumMap<>(Measure.class);
    for (Measure submit : List.of(Measure.SUBMIT_ONE, Measure.SUBMIT_MANY, Measure.SUBMIT_BULK)) {
      lacks.put(submit, "keeps no jobs");
    }
    lacks.put(Measure.WAIT, "takes no jobs later");
    lacks.put(Measure.CANCEL, "no cancel of a job");
    lacks.put(Measure.SURVIVORS, "no cancel of a job");
    return lacks;
  }

  @Override
  public void start() throws Exception {
    drain(1, 1);
  }

  @Override
  public double drain(int jobs, int width) throws Exception {
    Process process = start("seq " + jobs, width, "/bin/true");
    long started = System.nanoTime();
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(name + ": " + code);
    }
    return jobs * 1e9 / (System.nanoTime() - started);
  }

  private Process start(String lines, int width, String job) throws IOException {
    String line = lines + " | exec " + String.join(" ", command) + " " + width + " " + job;
    return new ProcessBuilder("sh", "-c", line).start();
  }

  /** It has no rest; this is it without its jobs, while two of them sleep. */
  @Override
  public double memory() throws Exception {
    Process process = start("printf '2\\n2\\n'", 2, "sleep");
    while (process.isAlive() && process.descendants().filter(CommandLineTool::isJob).count() < 2) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    long kib = 0;
    for (ProcessHandle part : process.descendants().toList()) {
      kib += isJob(part) ? 0 : Programs.memory(part.pid());
    }
    process.waitFor();
    return kib / 1024.0;
  }

  private static boolean isJob(ProcessHandle process) {
    return process.info().commandLine().orElse("").contains("sleep 2");
  }

  @Override
  public void close() {}
}
