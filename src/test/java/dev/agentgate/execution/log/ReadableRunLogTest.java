package dev.agentgate.execution.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.ReadableLog;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunLogFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is rendered of a log as a whole, from its end, and as it grows. */
class ReadableRunLogTest {
  private static final String SECRET = "s3cret/token-42";
  private static final SecretMask MASK = new SecretMask(List.of(SECRET));
  private static final String SAID =
      "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}\n";
  private static final String DELTA =
      "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"%s\",\"delta\":true}\n";

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("output.log");
  }

  private RunLog log() {
    return new RunLogFile(new RunDirectory(directory));
  }

  private void write(String text) throws IOException {
    Files.writeString(file(), text);
  }

  private void append(byte[] bytes, int from, int to) throws IOException {
    Files.write(
        file(),
        Arrays.copyOfRange(bytes, from, to),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private void drop(long from, long to, boolean midLine) throws IOException {
    Files.writeString(
        directory.resolve("output.hole"),
        "{\"start\":%d,\"end\":%d,\"removed\":0,\"midLine\":%s}".formatted(from, to, midLine));
  }

  private static byte[] sample(String name) throws IOException {
    try (InputStream in = ReadableRunLogTest.class.getResourceAsStream("/agents/" + name)) {
      return in == null ? new byte[0] : in.readAllBytes();
    }
  }

  private String whole(OutputFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ReadableRunLog(log(), format, MASK).copy(out::writeBytes);
    return out.toString(UTF_8);
  }

  private String tail(OutputFormat format, int lines) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ReadableRunLog(log(), format, MASK).copyLastLines(lines, out::writeBytes);
    return out.toString(UTF_8);
  }

  private LogRendering from(OutputFormat format, long offset) throws IOException {
    return new LogRendering(log(), format, MASK, offset, Long.MAX_VALUE);
  }

  private LogText followed(OutputFormat format, int lines, boolean growing) throws IOException {
    return new ReadableRunLog(log(), format, MASK)
        .followLastLines(lines, growing, bytes -> assertThat(bytes).isEmpty());
  }

  private static String drain(LogText text, boolean growing) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Optional<String> piece = text.next(growing);
        piece.isPresent();
        piece = text.next(growing)) {
      all.append(piece.get());
    }
    return all.toString();
  }

  private void assertEveryTailIsTheEndOfTheWhole(OutputFormat format) throws IOException {
    String whole = whole(format);
    List<String> lines = new ArrayList<>(List.of(whole.split("(?<=\n)")));
    for (int n = 1; n <= lines.size() + 2; n++) {
      String last = String.join("", lines.subList(Math.max(0, lines.size() - n), lines.size()));
      assertThat(tail(format, n)).as("%s, last %d lines", format, n).isEqualTo(last);
      assertThat(drain(followed(format, n, false), false))
          .as("%s, last %d lines, followed", format, n)
          .isEqualTo(last);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "claude-2.1.332-success.jsonl, CLAUDE_STREAM_JSON",
    "claude-2.1.332-tool-progress.jsonl, CLAUDE_STREAM_JSON",
    "codex-0.169.0-exec-json-success.jsonl, CODEX_JSON",
    "opencode-1.18.33-json-success.jsonl, OPENCODE_JSON",
    "gemini-0.61.0-stream-json-success.jsonl, GEMINI_STREAM_JSON",
    "gemini-0.61.0-text-success.log, TEXT",
    "claude-2.1.332-success.jsonl, TEXT"
  })
  void wholeTailAndResumedReadingAgree(String name, OutputFormat format) throws IOException {
    byte[] log = sample(name);
    append(log, 0, log.length);
    ReadableLog readable = ReadableLog.of(format, true);
    String expected =
        new String(readable.accept(log, 0, log.length), UTF_8) + new String(readable.end(), UTF_8);
    assertThat(expected).isNotEmpty();
    assertThat(whole(format)).isEqualTo(expected);
    assertEveryTailIsTheEndOfTheWhole(format);

    long seed = 20261126L + name.hashCode();
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      Files.delete(file());
      StringBuilder heard = new StringBuilder();
      long offset = 0;
      int written = 0;
      while (written < log.length) {
        LogRendering rendering = from(format, offset);
        for (int pieces = random.nextInt(4); pieces >= 0 && written < log.length; pieces--) {
          int next = Math.min(log.length, written + 1 + random.nextInt(2000));
          append(log, written, next);
          written = next;
          heard.append(drain(rendering, true));
        }
        offset = rendering.offset();
        assertThat(offset == 0 || log[(int) offset - 1] == '\n' || format == OutputFormat.TEXT)
            .as("seed %d round %d: ends a line", seed, round)
            .isTrue();
      }
      LogRendering rest = from(format, offset);
      heard.append(drain(rest, false));
      assertThat(rest.offset()).isEqualTo(log.length);
      assertThat(heard.toString()).as("seed %d round %d", seed, round).isEqualTo(expected);
    }
  }

  @Test
  void aResumedReadingEndsTheSentenceThatWasBegun() throws IOException {
    String begun = DELTA.formatted("I am ");
    String tool = "{\"type\":\"tool_use\",\"tool_name\":\"ls\",\"parameters\":{}}\n";
    write(begun + "{\"type\":\"ping\"}\n" + tool);
    LogRendering resumed = from(OutputFormat.GEMINI_STREAM_JSON, begun.length());
    assertThat(drain(resumed, true)).isEqualTo("\n> ls\n");
    assertThat(resumed.offset()).isEqualTo(log().size());
  }

  @Test
  void aReadingMayBeginWithinALine() throws IOException {
    String said = SAID.formatted("hello");
    write("plain text\n" + said + "x\n");
    assertThat(drain(from(OutputFormat.CLAUDE_STREAM_JSON, 6), false))
        .isEqualTo("text\nhello\nx\n");
    assertThat(drain(from(OutputFormat.CLAUDE_STREAM_JSON, 20), false)).isEqualTo("…\nx\n");
  }

  @Test
  void aLineIsToldWhenItHasEndedOrNothingMoreComes() throws IOException {
    write("one\ntw");
    LogRendering rendering = from(OutputFormat.CODEX_JSON, 0);
    assertThat(drain(rendering, true)).isEqualTo("one\n");
    assertThat(rendering.offset()).isEqualTo(4);
    write("one\ntwo\nthr");
    assertThat(drain(rendering, true)).isEqualTo("two\n");
    assertThat(drain(rendering, false)).isEqualTo("thr");
    assertThat(rendering.offset()).isEqualTo(11);
    assertThat(whole(OutputFormat.CODEX_JSON)).isEqualTo("one\ntwo\nthr");
  }

  @Test
  void bytesThatAreNoUtf8StayInTheWholeAndAreReplacedInAStream() throws IOException {
    byte[] bytes = {'a', (byte) 0xff, '\n', (byte) 0xe2};
    append(bytes, 0, bytes.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ReadableRunLog(log(), OutputFormat.CODEX_JSON, MASK).copy(out::writeBytes);
    assertThat(out.toByteArray()).isEqualTo(bytes);
    assertThat(drain(from(OutputFormat.CODEX_JSON, 0), false)).isEqualTo("a\ufffd\n\ufffd");
  }

  @ParameterizedTest
  @CsvSource({
    "say s3cret/token-42 now",
    "say s3cret\\/token-42 now",
    "say s3cret\\u002ftoken-42 now",
    "say s3c\\u001b[31mret/token-42 now"
  })
  void aSecretIsMaskedInWhateverFormAnEventHoldsIt(String said) throws IOException {
    write("plain " + SECRET + "\n" + SAID.formatted(said));
    String expected = "plain ***************\nsay *************** now\n";
    assertThat(whole(OutputFormat.CLAUDE_STREAM_JSON)).isEqualTo(expected);
    assertThat(tail(OutputFormat.CLAUDE_STREAM_JSON, 1)).isEqualTo("say *************** now\n");
    assertThat(drain(from(OutputFormat.CLAUDE_STREAM_JSON, 0), true)).isEqualTo(expected);
  }

  @Test
  void aSecretInTheWordsOfTwoEventsIsMaskedWhereverItIsCut() throws IOException {
    for (int cut = 1; cut < SECRET.length(); cut++) {
      String first = DELTA.formatted("say " + SECRET.substring(0, cut));
      String second = DELTA.formatted(SECRET.substring(cut) + " now\\n");
      write(first);
      LogRendering stream = from(OutputFormat.GEMINI_STREAM_JSON, 0);
      String before = drain(stream, true);
      write(first + second);
      String after = drain(stream, true);
      String resumed = drain(from(OutputFormat.GEMINI_STREAM_JSON, first.length()), true);
      assertThat(resumed).as("cut at %d", cut).isEqualTo(after);
      assertThat(whole(OutputFormat.GEMINI_STREAM_JSON)).isEqualTo("say *************** now\n");
      // Three characters and fewer may be seen on either side, as where a log was cut.
      assertThat(before + after).as("cut at %d", cut).hasSize("say  now\n".length() + 15);
      assertThat((before + after).replaceAll("[^*]", "")).hasSizeGreaterThanOrEqualTo(12);
    }
  }

  @Test
  void whatWasDroppedIsALineAndBreaksNothing() throws IOException {
    String head = SAID.formatted("one") + "{\"type\":\"assis";
    String gone = "x".repeat(500);
    String tail = "}}\n" + SAID.formatted("two");
    write(head + gone + tail);
    drop(head.length(), head.length() + gone.length(), true);
    String expected = "one\n{\"type\":\"assis\n[agentgate: 500 bytes dropped]\n…\ntwo\n";
    assertThat(whole(OutputFormat.CLAUDE_STREAM_JSON)).isEqualTo(expected);
    assertEveryTailIsTheEndOfTheWhole(OutputFormat.CLAUDE_STREAM_JSON);
    assertThat(drain(from(OutputFormat.CLAUDE_STREAM_JSON, head.length() + 100), true))
        .isEqualTo("\n[agentgate: 400 bytes dropped]\n…\ntwo\n");
  }

  @Test
  void aLineWhoseRestIsDroppedWhileItIsReadIsTold() throws IOException {
    String begun = SAID.formatted("one") + "{\"type\":\"assi";
    write(begun);
    LogRendering rendering = from(OutputFormat.CLAUDE_STREAM_JSON, 0);
    assertThat(drain(rendering, true)).isEqualTo("one\n");
    long start = SAID.formatted("one").length();
    assertThat(rendering.offset()).isEqualTo(start);
    write(begun + "x".repeat(500) + "\n" + SAID.formatted("two"));
    int end = begun.length() + 501;
    drop(start, end, false);
    assertThat(drain(rendering, true))
        .isEqualTo("{\"type\":\"assi\n[agentgate: 501 bytes dropped]\ntwo\n");
    assertThat(rendering.offset()).isEqualTo(log().size());
    assertThat(drain(from(OutputFormat.CLAUDE_STREAM_JSON, start), true))
        .isEqualTo("[agentgate: 514 bytes dropped]\ntwo\n");
  }

  @Test
  void aTailIsFoundBehindEventsThatTellNothing() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      text.append(SAID.formatted("line " + i + "\\nmore"));
      text.append("{\"type\":\"ping\"}\n".repeat(i * 4));
    }
    write(text.toString());
    assertEveryTailIsTheEndOfTheWhole(OutputFormat.CLAUDE_STREAM_JSON);
  }

  @ParameterizedTest
  @EnumSource(names = {"CLAUDE_STREAM_JSON", "CODEX_JSON", "GEMINI_STREAM_JSON"})
  void aFollowedTailGoesOnWithEverythingThatIsWritten(OutputFormat format) throws IOException {
    String written = "one\ntwo\nthr";
    write(written);
    LogText tail = followed(format, 1, true);
    assertThat(drain(tail, true)).isEqualTo("two\n");
    assertThat(tail.offset()).isEqualTo(8);
    write(written + "ee\nfour\n");
    assertThat(drain(tail, true)).isEqualTo("three\nfour\n");
    assertThat(tail.offset()).isEqualTo(log().size());
  }

  @Test
  void theTailOfAHugeLogIsRenderedWithoutTheRest() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(1L << 40);
      file.seek(1L << 40);
      file.write(("\n" + SAID.formatted("one").repeat(10) + SAID.formatted("two")).getBytes(UTF_8));
    }
    // The rest would take hours.
    assertThat(tail(OutputFormat.CLAUDE_STREAM_JSON, 2)).isEqualTo("one\ntwo\n");
    assertThat(drain(followed(OutputFormat.CLAUDE_STREAM_JSON, 2, false), false))
        .isEqualTo("one\ntwo\n");
  }

  @Test
  void aLineOfAnyLengthTakesNoMemory() throws IOException {
    long length = 100_000_000;
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(length);
      file.seek(length);
      file.write("\nend\n".getBytes(UTF_8));
    }
    String expected = "[agentgate: a line of 100000000 bytes left out]\nend\n";
    assertThat(whole(OutputFormat.CLAUDE_STREAM_JSON)).isEqualTo(expected);
    assertThat(tail(OutputFormat.CLAUDE_STREAM_JSON, 1)).isEqualTo("end\n");
    LogRendering rendering = from(OutputFormat.CLAUDE_STREAM_JSON, 0);
    assertThat(rendering.next(true)).contains("");
    assertThat(rendering.offset()).isZero();
    assertThat(drain(rendering, true)).isEqualTo(expected);
  }

  @Test
  void aLogOfAnyLengthGoesThroughInPieces() throws IOException {
    byte[] block = sample("claude-2.1.332-success.jsonl");
    int rounds = 30_000_000 / block.length;
    try (OutputStream out = Files.newOutputStream(file())) {
      for (int i = 0; i < rounds; i++) {
        out.write(block);
      }
    }
    AtomicLong dones = new AtomicLong();
    AtomicLong longest = new AtomicLong();
    new ReadableRunLog(log(), OutputFormat.CLAUDE_STREAM_JSON, MASK)
        .copy(bytes -> {
          longest.accumulateAndGet(bytes.length, Math::max);
          dones.addAndGet(
              new String(bytes, UTF_8).lines().filter(it -> it.startsWith("[completed")).count());
        });
    assertThat(dones).hasValue(rounds);
    assertThat(longest.get()).isLessThan(256 * 1024);
  }

  @Test
  void aReaderWhoIsGoneEndsTheWorkThoughThereIsNothingToTell() throws IOException {
    write("{\"type\":\"ping\"}\n".repeat(100_000));
    AtomicLong looks = new AtomicLong();
    ReadableRunLog readable = new ReadableRunLog(log(), OutputFormat.CODEX_JSON, MASK);
    for (boolean tail : new boolean[] {false, true}) {
      assertThatThrownBy(
              () -> {
                if (tail) {
                  readable.copyLastLines(5, bytes -> leave(bytes, looks));
                } else {
                  readable.copy(bytes -> leave(bytes, looks));
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("gone");
    }
    assertThat(looks).hasValue(2);
  }

  private static void leave(byte[] bytes, AtomicLong looks) throws IOException {
    assertThat(bytes).isEmpty();
    looks.incrementAndGet();
    throw new IOException("gone");
  }

  @Test
  void aLogThatDoesNotExistIsEmpty() throws IOException {
    for (OutputFormat format : OutputFormat.values()) {
      assertThat(whole(format)).isEmpty();
      assertThat(tail(format, 3)).isEmpty();
    }
  }
}
