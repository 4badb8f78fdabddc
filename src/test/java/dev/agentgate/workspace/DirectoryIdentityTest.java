package dev.agentgate.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryIdentityTest {
  @TempDir private Path root;

  @BeforeEach
  void makeDirectories() throws IOException {
    Files.createDirectories(root.resolve("one/below/deep"));
    Files.createDirectories(root.resolve("one-more"));
    Files.createSymbolicLink(root.resolve("link"), root.resolve("one/below"));
  }

  @Test
  void aDirectoryOverlapsItselfAndWhatIsAboveAndBelow() throws IOException {
    assertThat(overlap("one", "one")).isTrue();
    assertThat(overlap("one", "one/below/deep")).isTrue();
    assertThat(overlap("one", "")).isTrue();
    assertThat(overlap("link", "one")).isTrue();
    assertThat(overlap("link/deep", "one/below")).isTrue();
  }

  @Test
  void itDoesNotOverlapItsNeighbours() throws IOException {
    assertThat(overlap("one", "one-more")).isFalse();
    assertThat(overlap("link/deep", "one-more")).isFalse();
  }

  private boolean overlap(String one, String other) throws IOException {
    DirectoryIdentity first = DirectoryIdentity.of(root.resolve(one));
    DirectoryIdentity second = DirectoryIdentity.of(root.resolve(other));
    assertThat(first.overlaps(second)).isEqualTo(second.overlaps(first));
    return first.overlaps(second);
  }
}
