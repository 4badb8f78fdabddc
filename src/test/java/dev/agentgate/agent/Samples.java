package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** What real agents printed: the files of {@code src/test/resources/agents}. */
final class Samples {
  /** When they were printed, more or less. */
  static final Instant NOW = Instant.parse("2026-11-25T20:00:00Z");

  static final OutputContext CONTEXT = OutputContext.of(() -> NOW, ZoneOffset.UTC);

  private static final String SYNTAX = "{}[]\",:\\\n\r\u001b-0eE.";

  private Samples() {}

  static byte[] read(String name) {
    try (InputStream in = Samples.class.getResourceAsStream("/agents/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("No sample " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> names() {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/agents"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The format of a sample, by its name. */
  static OutputFormat formatOf(String name) {
    if (name.endsWith(".log")) {
      return OutputFormat.TEXT;
    }
    return switch (name.substring(0, name.indexOf('-'))) {
      case "claude" -> OutputFormat.CLAUDE_STREAM_JSON;
      case "codex" -> OutputFormat.CODEX_JSON;
      case "opencode" -> OutputFormat.OPENCODE_JSON;
      case "gemini" -> OutputFormat.GEMINI_STREAM_JSON;
      default -> throw new IllegalArgumentException("No format for " + name);
    };
  }

  static OutputFormat anyFormat(Random random) {
    List<OutputFormat> all = List.of(OutputFormat.values());
    return all.get(random.nextInt(all.size()));
  }

  static OutputReader reader(String name) {
    return OutputReader.of(formatOf(name), CONTEXT);
  }

  /** Everything that a reader tells, to compare. */
  record Told(
      AgentReport report,
      AgentVerdict verdict,
      boolean finished,
      long progress,
      Optional<AgentVerdict.Failed> retrying) {
    static Told by(OutputReader reader) {
      return new Told(
          reader.report(),
          reader.verdict(),
          reader.finished(),
          reader.progress(),
          reader.retrying());
    }
  }

  /** What a reader tells that got these bytes at once. */
  static Told told(OutputFormat format, byte[] bytes) {
    OutputReader reader = OutputReader.of(format, CONTEXT);
    reader.accept(bytes, 0, bytes.length);
    reader.end();
    return Told.by(reader);
  }

  static Usage usage(long input, long cached, long output) {
    return Usage.ofTokens(input, cached, output);
  }

  /** Pieces of samples one after another, with bytes changed, taken away and put between. */
  static byte[] mutated(Random random, List<byte[]> samples) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int pieces = 1 + random.nextInt(3); pieces > 0; pieces--) {
      byte[] sample = samples.get(random.nextInt(samples.size())).clone();
      for (int changes = random.nextInt(8); changes > 0; changes--) {
        int at = random.nextInt(sample.length);
        switch (random.nextInt(3)) {
          case 0 -> sample[at] = (byte) random.nextInt(256);
          case 1 -> sample[at] = (byte) SYNTAX.charAt(random.nextInt(SYNTAX.length()));
          default ->
              Arrays.fill(sample, at, Math.min(sample.length, at + random.nextInt(40)), (byte) '9');
        }
      }
      int from = random.nextBoolean() ? 0 : random.nextInt(sample.length);
      int to = random.nextBoolean() ? sample.length : from + random.nextInt(sample.length - from);
      out.write(sample, from, to - from);
    }
    return out.toByteArray();
  }
}
