package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store promises of the files of runs that it keeps. */
public abstract class RunArchiveContract extends StoreFixture {
  private Run run;

  @BeforeEach
  final void claim() {
    run = claimed();
  }

  private static ArchivedPiece piece(String file, long position, byte[] bytes) {
    return new ArchivedPiece(file, position, bytes);
  }

  private void put(ArchivedPiece... pieces) throws IOException {
    store
        .archive()
        .put(
            run.id(),
            sink -> {
              for (ArchivedPiece piece : pieces) {
                sink.take(piece);
              }
            });
  }

  private List<ArchivedPiece> read() throws IOException {
    List<ArchivedPiece> pieces = new ArrayList<>();
    assertThat(store.archive().read(run.id(), pieces::add)).isEqualTo(!pieces.isEmpty());
    return pieces;
  }

  private static void assertSame(List<ArchivedPiece> actual, ArchivedPiece... expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual.get(i).file()).isEqualTo(expected[i].file());
      assertThat(actual.get(i).position()).isEqualTo(expected[i].position());
      assertThat(Arrays.equals(actual.get(i).bytes(), expected[i].bytes())).isTrue();
    }
  }

  @Test
  void filesAreReadAsTheyWereKept() throws Exception {
    byte[] noise = new byte[256 * 1024];
    new Random(7).nextBytes(noise);
    ArchivedPiece[] pieces = {
      piece("changes.patch", 0, new byte[] {0, -1, 10}),
      piece("output.log", 0, noise),
      piece("output.log", 1L << 40, "the end\n".getBytes(StandardCharsets.UTF_8)),
    };
    assertThat(store.archive().has(run.id())).isFalse();
    assertThat(read()).isEmpty();

    put(pieces[2], pieces[0], pieces[1]);

    assertThat(store.archive().keepsFiles()).isTrue();
    assertThat(store.archive().has(run.id())).isTrue();
    assertSame(read(), pieces);
    reopen();
    assertSame(read(), pieces);
  }

  @Test
  void whatIsKeptAgainReplacesWhatWasKept() throws Exception {
    put(piece("a", 0, new byte[] {1}), piece("b", 0, new byte[] {2}));

    put(piece("b", 0, new byte[] {3}));

    assertSame(read(), piece("b", 0, new byte[] {3}));
  }

  @Test
  void filesThatCannotBeReadChangeNothing() throws Exception {
    put(piece("a", 0, new byte[] {1}));

    assertThatThrownBy(() ->
            store
                .archive()
                .put(
                    run.id(),
                    sink -> {
                      sink.take(piece("a", 0, new byte[] {2}));
                      throw new IOException("the disk is broken");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is broken");

    assertSame(read(), piece("a", 0, new byte[] {1}));
  }

  @Test
  void filesAreRemovedWithTheirRun() throws Exception {
    put(piece("a", 0, new byte[] {1}));

    store.runs().remove(run.id());

    assertThat(store.archive().has(run.id())).isFalse();
    put(piece("a", 0, new byte[] {1}));
    assertThat(read()).as("of a run that is gone").isEmpty();
  }
}
