package dev.agentgate.bench;

import dev.agentgate.agent.OutputContext;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.OutputReader;
import dev.agentgate.agent.ReadableLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures how much processor time the reading of agents' output takes; run by hand. The logs are
 * what real agents printed, again and again up to 64 MB, in blocks as the supervisor reads them.
 */
public final class OutputBench {
  private static final int SIZE = 64_000_000;
  private static final int BLOCK = 64 * 1024;
  private static final int ROUNDS = 5;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final Map<String, OutputFormat> SAMPLES =
      Map.of(
          "claude-2.1.332-success.jsonl", OutputFormat.CLAUDE_STREAM_JSON,
          "codex-0.169.0-exec-json-success.jsonl", OutputFormat.CODEX_JSON,
          "codex-0.169.0-exec-json-refused.jsonl", OutputFormat.CODEX_JSON,
          "opencode-1.18.33-json-success.jsonl", OutputFormat.OPENCODE_JSON,
          "gemini-0.61.0-stream-json-success.jsonl", OutputFormat.GEMINI_STREAM_JSON);

  private OutputBench() {}

  /** Prints for each log the first time, before the code is compiled, and the best. */
  public static void main(String[] arguments) throws IOException {
    for (Map.Entry<String, OutputFormat> sample : SAMPLES.entrySet()) {
      byte[] log = log(sample.getKey());
      OutputFormat format = sample.getValue();
      report("read " + sample.getKey(), () -> read(format, log));
      report("render " + sample.getKey(), () -> render(format, log));
    }
  }

  private static void read(OutputFormat format, byte[] log) {
    OutputReader reader =
        OutputReader.of(format, OutputContext.of(InstantSource.system(), ZoneOffset.UTC));
    inBlocks(log, from -> reader.accept(log, from, Math.min(log.length, from + BLOCK)));
    reader.end();
  }

  private static void render(OutputFormat format, byte[] log) {
    ReadableLog readable = ReadableLog.of(format, true);
    inBlocks(log, from -> readable.accept(log, from, Math.min(log.length, from + BLOCK)));
    readable.end();
  }

  private static void inBlocks(byte[] log, Consumer<Integer> block) {
    for (int from = 0; from < log.length; from += BLOCK) {
      block.accept(from);
    }
  }

  private static void report(String what, Runnable work) {
    long first = 0;
    long best = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = THREADS.getCurrentThreadCpuTime();
      work.run();
      long took = THREADS.getCurrentThreadCpuTime() - before;
      first = round == 0 ? took : first;
      best = Math.min(best, took);
    }
    System.out.printf(
        Locale.ROOT,
        "%-50s first %5d ms, best %5d ms%n",
        what,
        first / 1_000_000,
        best / 1_000_000);
  }

  private static byte[] log(String sample) throws IOException {
    try (InputStream in = OutputBench.class.getResourceAsStream("/agents/" + sample)) {
      if (in == null) {
        throw new IOException("No sample " + sample);
      }
      byte[] once = in.readAllBytes();
      ByteArrayOutputStream log = new ByteArrayOutputStream(SIZE + once.length);
      while (log.size() < SIZE) {
        log.writeBytes(once);
      }
      return log.toByteArray();
    }
  }
}
