package dev.agentgate.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workspace.ChangedFile.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeListingTest {
  private static final String A = ":000000 100644 00 11 A\0";

  @Test
  void listsTheFirstFilesAndCountsAll() throws Exception {
    ChangeListing listing =
        read(2, A + "a\0" + A + "b\0" + A + "c\0" + "1\t0\ta\0002\t0\tb\0003\t1\tc\0");

    assertThat(listing.files().listed()).extracting(ChangedFile::path).containsExactly("a", "b");
    assertThat(listing.files())
        .returns(3L, ChangedFiles::count)
        .returns(6L, ChangedFiles::insertions)
        .returns(1L, ChangedFiles::deletions)
        .returns(true, ChangedFiles::isTruncated);
  }

  @Test
  void findsTheCountsOfRenamedAndBinaryFilesAndOfNamesWithTabs() throws Exception {
    ChangeListing listing =
        read(
            9,
            ":100644 100644 1 2 R086\0old\0new\0"
                + A
                + "t\tb\0"
                + "4\t2\t\0old\0new\0-\t-\tt\tb\0");

    assertThat(listing.files().listed())
        .containsExactly(
            new ChangedFile("new", Optional.of("old"), Status.RENAMED, false, 4, 2),
            new ChangedFile("t\tb", Optional.empty(), Status.ADDED, true, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {A, A + "cut", ":1 2 3 4 X\0a\0", "1\t2\0", "1\t2\t\0old\0"})
  void refusesWhatGitDoesNotWrite(String output) {
    assertThatThrownBy(() -> read(9, output)).isInstanceOf(IOException.class);
  }

  private static ChangeListing read(int maxListed, String output) throws IOException {
    ChangeListing listing = new ChangeListing(maxListed);
    listing.read(new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)));
    return listing;
  }
}
