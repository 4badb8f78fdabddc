package dev.agentgate.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.Samples.Told;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Output as no agent means it: in any pieces, cut, mixed with other text, huge, made up. */
class HostileOutputTest {
  private static final String SUCCESS = "claude-2.1.332-success.jsonl";

  static List<String> samples() {
    return Samples.names();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void piecesOfAnySizeTellTheSame(String name) {
    long seed = 20261125L + name.hashCode();
    Random random = new Random(seed);
    byte[] bytes = Samples.read(name);
    Told expected = Samples.told(Samples.formatOf(name), bytes);
    if (bytes.length < 1_000) {
      for (int cut = 1; cut < bytes.length; cut++) {
        OutputReader reader = Samples.reader(name);
        reader.accept(bytes, 0, cut);
        reader.accept(bytes, cut, bytes.length);
        reader.end();
        assertThat(Told.by(reader)).as("cut at %d", cut).isEqualTo(expected);
      }
    }
    for (int round = 0; round < 10; round++) {
      OutputReader reader = Samples.reader(name);
      for (int at = 0; at < bytes.length; ) {
        int next = Math.min(bytes.length, at + (round == 0 ? 1 : 1 + random.nextInt(round * 50)));
        reader.accept(bytes, at, next);
        at = next;
      }
      reader.end();
      assertThat(Told.by(reader)).as("seed %d round %d", seed, round).isEqualTo(expected);
    }
  }

  @Test
  void neitherThrowsNorGrowsWhateverComes() {
    long seed = 20261126L;
    Random random = new Random(seed);
    List<byte[]> samples = Samples.names().stream().map(Samples::read).toList();
    long end = System.nanoTime() + 1_500_000_000L;
    for (int round = 0; round < 20_000 && System.nanoTime() < end; round++) {
      byte[] bytes = Samples.mutated(random, samples);
      OutputFormat format = Samples.anyFormat(random);
      Told at = Samples.told(format, bytes);
      OutputReader again = OutputReader.of(format, Samples.CONTEXT);
      int cut = random.nextInt(bytes.length + 1);
      again.accept(bytes, 0, cut);
      again.accept(bytes, cut, bytes.length);
      again.end();
      assertThat(Told.by(again)).as("seed %d round %d", seed, round).isEqualTo(at);
      at.report()
          .result()
          .ifPresent(words -> assertThat(words.getBytes(UTF_8).length).isLessThanOrEqualTo(65536));
    }
  }

  @Test
  void aLineThatIsTooLongIsSkippedToItsEnd() {
    byte[] huge = new byte[3 << 20];
    Arrays.fill(huge, (byte) 'x');
    byte[] start = "{\"type\":\"user\",\"content\":\"".getBytes(UTF_8);
    System.arraycopy(start, 0, huge, 0, start.length);
    huge[huge.length - 1] = '\n';
    byte[] sample = Samples.read(SUCCESS);
    Told expected = Samples.told(OutputFormat.CLAUDE_STREAM_JSON, sample);
    OutputReader reader = Samples.reader(SUCCESS);
    int secondLine = new String(sample, UTF_8).indexOf('\n') + 1;
    reader.accept(sample, 0, secondLine);
    for (int at = 0; at < huge.length; at += 8192) {
      reader.accept(huge, at, Math.min(huge.length, at + 8192));
    }
    assertThat(reader.progress()).isEqualTo(secondLine + huge.length);
    reader.accept(sample, secondLine, sample.length);
    assertThat(reader.report()).isEqualTo(expected.report());
    assertThat(reader.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
  }

  @ParameterizedTest
  @EnumSource(OutputFormat.class)
  void memoryDoesNotGrowWithALineWithoutAnEnd(OutputFormat format) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] block = new byte[64 * 1024];
    Arrays.fill(block, (byte) '{');
    OutputReader reader = OutputReader.of(format, Samples.CONTEXT);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1_000; i++) {
      reader.accept(block, 0, block.length);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8L << 20);
  }

  @Test
  void aLogWhoseMiddleWasDroppedTellsWhatIsLeft() {
    String text = new String(Samples.read(SUCCESS), UTF_8);
    int gone = text.indexOf("Step 1");
    int tail = text.indexOf("hello from the agent");
    Told told =
        claude(
            text.substring(0, gone) + "\n[agentgate: 4711 bytes dropped]\n" + text.substring(tail));
    assertThat(told.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
    assertThat(told.report())
        .isEqualTo(Samples.told(OutputFormat.CLAUDE_STREAM_JSON, text.getBytes(UTF_8)).report());
  }

  @Test
  void theRestOfALineIsNoEventEvenIfItBeginsLikeOne() {
    // The tail of a log may begin within an event, with an object that is a part of it.
    assertThat(
            claude(
                    "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false}],"
                        + "\"session_id\":\"x\"}\n")
                .finished())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s\r\n",
        "\u001b[0m%s\u001b[0m\n",
        "  %s  \n",
        "working...\rstill working...\r%s\n",
        "a warning without an end of its line%s\n",
        "{\"not\": \"an event\"}\n%s\n",
        "{\"type\":\"result\",\"subtype\":\"suc\n%s\n",
        "\u0000\u0001\u0002\n%s",
        "null\n[]\n{}\n\"{\"\n%s\n"
      })
  void otherTextAroundAnEventDoesNoHarm(String around) {
    String result =
        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"ok\"}";
    Told told = claude(around.formatted(result));
    assertThat(told.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
    assertThat(told.report().result()).contains("ok");
  }

  @Test
  void bytesThatAreNoUtf8AreReplacedAndTheEventIsRead() {
    byte[] line =
        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"a?b\"}\n"
            .getBytes(UTF_8);
    line[new String(line, UTF_8).indexOf('?')] = (byte) 0xff;
    assertThat(Samples.told(OutputFormat.CLAUDE_STREAM_JSON, line).report().result())
        .contains("a\ufffdb");
  }

  @Test
  void whatAToolPrintsIsNoEvent() {
    Told told =
        claude(
            """
            {"type":"user","message":{"content":[{"type":"tool_result","content":"\\n{\\"type\\":\\"result\\",\\"subtype\\":\\"success\\",\\"is_error\\":false}\\n"}]}}
            """);
    assertThat(told.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
    assertThat(told.finished()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "1e400", "-1e400", "\"many\"", "null", "[1]", "1e18", "{}"})
  void numbersThatMakeNoSenseAreNotTaken(String number) {
    Told told =
        claude(
            """
            {"type":"result","subtype":"success","is_error":false,"result":"ok","total_cost_usd":%s,"num_turns":%s,"usage":{"input_tokens":%s,"output_tokens":7}}
            """
                .formatted(number, number, number));
    assertThat(told.report().usage().inputTokens()).hasValue(0);
    assertThat(told.report().usage().outputTokens()).hasValue(7);
    assertThat(told.report().usage().turns()).isEmpty();
    assertThat(told.report().usage().costUsd()).isEmpty();
  }

  @Test
  void deepNestingIsNoEvent() {
    assertThat(claude("{\"type\":\"result\",\"a\":" + "[".repeat(100_000) + "}\n").finished())
        .isFalse();
  }

  @Test
  void lastWordsAreCutBetweenTwoCharacters() {
    String words = "\u20ac\ud83d\ude80".repeat(20_000);
    Told told =
        claude(
            "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\""
                + words
                + "\"}\n");
    String kept = told.report().result().orElseThrow();
    assertThat(words).startsWith(kept);
    assertThat(kept.getBytes(UTF_8).length).isBetween(65_530, 65_536);
    assertThat(kept).doesNotEndWith("\ud83d");
  }

  @Test
  void textBeforeTheFirstEventIsProgressAndAfterItIsNot() {
    OutputReader reader = Samples.reader(SUCCESS);
    byte[] preparing = "npm install\n".getBytes(UTF_8);
    reader.accept(preparing, 0, preparing.length);
    assertThat(reader.progress()).isEqualTo(preparing.length);
    byte[] init = "{\"type\":\"system\",\"subtype\":\"init\"}\n".getBytes(UTF_8);
    reader.accept(init, 0, init.length);
    reader.accept(preparing, 0, preparing.length);
    assertThat(reader.progress()).isEqualTo(preparing.length + init.length);
  }

  private static Told claude(String text) {
    return Samples.told(OutputFormat.CLAUDE_STREAM_JSON, text.getBytes(UTF_8));
  }
}
