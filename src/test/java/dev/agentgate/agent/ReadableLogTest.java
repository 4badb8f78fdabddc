package dev.agentgate.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReadableLogTest {
  static List<String> samples() {
    return Samples.names();
  }

  private static String rendered(OutputFormat format, boolean fromStart, String log) {
    return new String(rendered(format, fromStart, log.getBytes(UTF_8)), UTF_8);
  }

  private static byte[] rendered(OutputFormat format, boolean fromStart, byte[] log) {
    ReadableLog readable = ReadableLog.of(format, fromStart);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(readable.accept(log, 0, log.length));
    out.writeBytes(readable.end());
    return out.toByteArray();
  }

  private static String rendered(String sample) {
    return new String(rendered(Samples.formatOf(sample), true, Samples.read(sample)), UTF_8);
  }

  @Test
  void rendersWhatClaudeDid() {
    assertThat(rendered("claude-2.1.332-success.jsonl"))
        .isEqualTo(
            """
            [claude, model claude-opus-5-5, session 20dec524-1122-4a37-a0f2-f2a32b07e908]
            Step 1: I will run a command.
            $ ls -la
              total 24
              drwx------ 4 nobody nogroup 4096 Nov 25 19:47 .
              drwx------ 9 nobody nogroup 4096 Nov 25 19:47 ..
              drwxr-xr-x 5 nobody nogroup 4096 Nov 25 19:47 .git
            Step 2: I will run a command.
            $ printf 'hello from the agent\\n' > AGENT.txt && sed -i '1s/$/ (edited)/' README.md && git status --short
               M README.md
              ?? AGENT.txt
            Done. I changed README.md and added AGENT.txt.
            [completed: 3 turns, 19,500 tokens in (15,000 cached), 126 out, $0.0244]
            """);
  }

  @Test
  void rendersWhatCodexDid() {
    assertThat(rendered("codex-0.169.0-exec-json-err.jsonl"))
        .isEqualTo(
            """
            [codex, session 01a21451-bde1-7642-a263-914c0bfca269]
            Step 1: I will run a command.
            $ echo to-stderr >&2; exit 3
              to-stderr
              exit code 3
            Done. I changed README.md and added AGENT.txt.
            [completed: 13,000 tokens in (10,000 cached), 84 out]
            """);
  }

  @Test
  void rendersWhatOpencodeDid() {
    assertThat(rendered("opencode-1.18.33-json-success.jsonl"))
        .startsWith(
            """
            [opencode, session ses_debc191d5ffekaEdb7do72Nanj]
            Step 1: I will run a command.
            $ ls -la
              total 24
            """)
        .endsWith(
            """
            Done. I changed README.md and added AGENT.txt.
            [completed: 3 turns, 19,500 tokens in (15,000 cached), 126 out, $0.0206]
            """);
  }

  @Test
  void rendersWhatGeminiDid() {
    assertThat(rendered("gemini-0.61.0-stream-json-success.jsonl"))
        .startsWith(
            """
            [gemini, model auto, session 9ec0249a-b419-4d14-a0aa-804740166e40]
            Step 1: I will run a command.
            $ ls -la
            """)
        .endsWith(
            """
            Done. I changed README.md and added AGENT.txt.
            [completed: 26,000 tokens in (20,000 cached), 168 out]
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          claude-2.1.332-usage-limit.jsonl            | [failed: You've hit your 5-hour limit · resets 10:48pm (UTC); 1 turn]
          claude-2.1.332-max-budget.jsonl             | [failed: Reached maximum budget ($0.05); 7 turns, 39,000 tokens in (30,000 cached), 252 out, $0.0570]
          codex-0.169.0-exec-json-503.jsonl           | [failed: Selected model is at capacity. Please try a different model.]
          opencode-1.18.33-json-401.jsonl             | [failed: invalid x-api-key]
          gemini-0.61.0-stream-json-invalid-key.jsonl | [failed: API key not valid. Please pass a valid API key.]
          gemini-0.61.0-stream-json-quota.jsonl       | [failed: You have exhausted your daily quota on this model.]
          """)
  void endsWithWhatWentWrong(String sample, String last) {
    assertThat(rendered(sample).lines().toList().getLast()).isEqualTo(last);
  }

  @Test
  void showsRetries() {
    assertThat(rendered("claude-2.1.332-overloaded.jsonl"))
        .contains("[retry 1 of 10: overloaded (529)]\n[retry 2 of 10: overloaded (529)]\n");
  }

  @Test
  void otherLinesStayAsTheyAre() {
    byte[] log = "\u001b[31mred\u001b[0m\r\n?\n\n{not json}\n  {}\nno end".getBytes(UTF_8);
    log[new String(log, UTF_8).indexOf('?')] = (byte) 0xff;
    for (OutputFormat format : OutputFormat.values()) {
      assertThat(rendered(format, true, log)).as(format.wireName()).isEqualTo(log);
    }
  }

  @Test
  void plainTextIsNotTouched() {
    byte[] log = Samples.read("claude-2.1.332-success.jsonl");
    assertThat(rendered(OutputFormat.TEXT, true, log)).isEqualTo(log);
  }

  @Test
  void nothingInAnEventMovesATerminal() {
    String event =
        """
        {"type":"assistant","message":{"content":[{"type":"text","text":"a\\u001b[31mb\\u001b[2J\\u001b]0;title\\u0007c\\rd\\u0000\\u009b\\u202ee\\tf\\ng\\u007f"}]}}
        """;
    assertThat(rendered(OutputFormat.CLAUDE_STREAM_JSON, true, event)).isEqualTo("abc\nde\tf\ng\n");
  }

  @Test
  void longOutputOfAToolIsShortened() {
    String output = String.join("\\n", IntStream.range(0, 100).mapToObj(i -> "line " + i).toList());
    String text =
        rendered(
            OutputFormat.CLAUDE_STREAM_JSON,
            true,
            "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"content\":\""
                + output
                + "\"}]}}\n");
    assertThat(text).startsWith("  line 0\n").endsWith("  line 19\n  … 80 more lines\n");
  }

  @Test
  void aToolIsShownWithWhatItIsUsedOn() {
    assertThat(
            rendered(
                OutputFormat.CLAUDE_STREAM_JSON,
                true,
                """
                {"type":"assistant","message":{"content":[{"type":"tool_use","name":"Edit","input":{"file_path":"/a b","new_string":"x\\ny","replace_all":true}}]}}
                """))
        .isEqualTo("> Edit file_path=/a b new_string=x y replace_all=true\n");
  }

  @Test
  void whatGeminiSaysInPiecesIsOneText() {
    assertThat(
            rendered(
                OutputFormat.GEMINI_STREAM_JSON,
                true,
                """
                {"type":"message","role":"assistant","content":"I am ","delta":true}
                {"type":"message","role":"assistant","content":"done.","delta":true}
                {"type":"tool_use","tool_name":"ls","parameters":{"path":"."}}
                """))
        .isEqualTo("I am done.\n> ls path=.\n");
  }

  @ParameterizedTest
  @MethodSource("samples")
  void piecesAndResumedReadingGiveTheSameText(String name) {
    long seed = 20261125L + name.hashCode();
    Random random = new Random(seed);
    OutputFormat format = Samples.formatOf(name);
    byte[] log = Samples.read(name);
    byte[] expected = rendered(format, false, log);
    for (int round = 0; round < 10; round++) {
      ReadableLog readable = ReadableLog.of(format, false);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      // A client that comes again begins where the last whole line ended.
      int again = format == OutputFormat.GEMINI_STREAM_JSON ? 0 : random.nextInt(log.length);
      out.writeBytes(readable.accept(log, 0, again));
      int at = again - (int) readable.pending();
      readable = ReadableLog.of(format, false);
      while (at < log.length) {
        int next = Math.min(log.length, at + 1 + random.nextInt(1 + round * 200));
        out.writeBytes(readable.accept(log, at, next));
        at = next;
      }
      out.writeBytes(readable.end());
      assertThat(new String(out.toByteArray(), UTF_8))
          .as("seed %d round %d", seed, round)
          .isEqualTo(new String(expected, UTF_8));
    }
  }

  @Test
  void beginsInTheMiddle() {
    String log = new String(Samples.read("claude-2.1.332-success.jsonl"), UTF_8);
    int line = log.indexOf("{\"type\":\"assistant\"");
    assertThat(rendered(OutputFormat.CLAUDE_STREAM_JSON, false, log.substring(line)))
        .startsWith("Step 1: I will run a command.\n$ ls -la\n");
    assertThat(rendered(OutputFormat.CLAUDE_STREAM_JSON, false, log.substring(line + 40)))
        .startsWith("…\n$ ls -la\n");
  }

  @Test
  void aMiddleThatWasDroppedLeavesNoBrokenEvents() {
    String log = new String(Samples.read("claude-2.1.332-success.jsonl"), UTF_8);
    int gone = log.indexOf("Step 1") + 300;
    int tail = log.indexOf("hello from the agent");
    String text =
        rendered(
            OutputFormat.CLAUDE_STREAM_JSON,
            true,
            log.substring(0, gone) + "\n[agentgate: 4711 bytes dropped]\n" + log.substring(tail));
    assertThat(text.lines().toList().get(1)).hasSize(201).endsWith("…");
    assertThat(text).contains("…\n[agentgate: 4711 bytes dropped]\n…\n   M README.md\n");
  }

  @Test
  void aLineThatIsTooLongIsToldByItsLength() {
    byte[] log = new byte[3 << 20];
    Arrays.fill(log, (byte) '{');
    log[log.length - 1] = '\n';
    assertThat(new String(rendered(OutputFormat.CODEX_JSON, true, log), UTF_8))
        .isEqualTo("[agentgate: a line of " + (log.length - 1) + " bytes left out]\n");
  }

  @Test
  void neverThrowsWhateverComes() {
    long seed = 20261126L;
    Random random = new Random(seed);
    List<byte[]> samples = Samples.names().stream().map(Samples::read).toList();
    long end = System.nanoTime() + 1_000_000_000L;
    for (int round = 0; round < 10_000 && System.nanoTime() < end; round++) {
      byte[] log = Samples.mutated(random, samples);
      OutputFormat format = Samples.anyFormat(random);
      byte[] whole = rendered(format, false, log);
      ReadableLog readable = ReadableLog.of(format, false);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int cut = random.nextInt(log.length + 1);
      out.writeBytes(readable.accept(log, 0, cut));
      out.writeBytes(readable.accept(log, cut, log.length));
      out.writeBytes(readable.end());
      assertThat(out.toByteArray()).as("seed %d round %d", seed, round).isEqualTo(whole);
    }
  }
}
