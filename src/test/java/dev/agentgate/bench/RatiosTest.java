package dev.agentgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatiosTest {
  @TempDir private Path directory;

  @Test
  void tellsWhatFellByMoreThanAFifth() throws IOException {
    Path file = Files.writeString(directory.resolve("ratios"), "drain.2=1.000\ndrain.8=1.000\n");
    Ratios ratios = new Ratios();
    ratios.add("drain.2", 0.81);
    ratios.add("drain.8", 0.79);
    ratios.add("new", 0.01);

    assertThat(ratios.compare(file)).containsExactly("drain.8");
  }

  @Test
  void comparesTheMedianOfTheRounds() throws IOException {
    Path file = Files.writeString(directory.resolve("ratios"), "drain.2=1.000\n");
    Ratios ratios = new Ratios();
    ratios.add("drain.2", 0.1);
    ratios.add("drain.2", 0.9);
    ratios.add("drain.2", 1.5);

    assertThat(ratios.compare(file)).isEmpty();
  }

  @Test
  void savesWhatWasMeasuredAndKeepsTheRest() throws IOException {
    Path file = Files.writeString(directory.resolve("ratios"), "drain.2=1.000\nsubmit.1=0.250\n");
    Ratios ratios = new Ratios();
    ratios.add("drain.2", 0.5);
    ratios.add("latency", 0.25);

    ratios.save(file);

    assertThat(file).hasContent("drain.2=0.500\nlatency=0.250\nsubmit.1=0.250\n");
  }
}
