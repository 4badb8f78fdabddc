package dev.agentgate.execution.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunLogFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTextTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("output.log");
  }

  private RunLogText text(SecretMask mask) {
    return new RunLogText(new RunLogFile(new RunDirectory(directory)), mask, 0);
  }

  private static String drain(RunLogText text, boolean growing) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Optional<String> piece = text.next(growing);
        piece.isPresent();
        piece = text.next(growing)) {
      all.append(piece.get());
    }
    return all.toString();
  }

  @Test
  void noPieceEndsWithinACharacterWhereverTheWriterStops() throws IOException {
    String whole = "aé€😀\r\nb😀";
    byte[] bytes = whole.getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      Files.write(file(), Arrays.copyOf(bytes, cut));
      RunLogText text = text(SecretMask.NONE);
      String before = drain(text, true);
      assertThat(whole).as("cut at %d", cut).startsWith(before);
      assertThat(before).doesNotEndWith("\r");
      assertThat(text.offset()).isEqualTo(before.getBytes(UTF_8).length);
      Files.write(file(), bytes);
      assertThat(before + drain(text, false)).isEqualTo(whole);
      assertThat(text.offset()).isEqualTo(bytes.length);
    }
  }

  @Test
  void noPieceEndsWithinACharacterWhereTwoBlocksMeet() throws IOException {
    for (int shift = 0; shift <= 5; shift++) {
      String whole = "x".repeat(32 * 1024 - shift) + "😀\r\n€".repeat(20_000);
      Files.writeString(file(), whole);
      assertThat(drain(text(SecretMask.NONE), true)).isEqualTo(whole);
    }
  }

  @Test
  void bytesThatAreNoUtf8AreReplaced() throws IOException {
    Files.write(file(), new byte[] {'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82});
    RunLogText text = text(SecretMask.NONE);
    assertThat(drain(text, true)).isEqualTo("a\ufffdb");
    assertThat(drain(text, false)).isEqualTo("\ufffd");
    assertThat(text.offset()).isEqualTo(5);
  }

  @Test
  void aSecretIsNeverShownInPartsWhereverTheWriterStops() throws IOException {
    String secret = "s3cret-token";
    String whole = "say " + secret + " now\n";
    SecretMask mask = new SecretMask(List.of(secret));
    for (int cut = 0; cut <= whole.length(); cut++) {
      Files.writeString(file(), whole.substring(0, cut));
      RunLogText text = text(mask);
      String before = drain(text, true);
      Files.writeString(file(), whole.substring(cut), StandardOpenOption.APPEND);
      assertThat(before + drain(text, false))
          .as("cut at %d", cut)
          .isEqualTo("say ************ now\n");
    }
  }
}
