package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.git;

import dev.agentgate.git.RawName;
import dev.agentgate.linux.DirectoryTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Edits by chance, with commits and staging in between: the patch brings all of them. */
class RandomEditsTest {
  private static final int STEPS = 60;
  private static final List<byte[]> NAMES =
      List.of("a", "b", "c", "d", "e.txt", "f g", "-h", "i\nj", "k\"l", "ü", "m\\n", "*", "p.bin")
          .stream()
          .map(name -> name.getBytes(StandardCharsets.UTF_8))
          .toList();
  private static final byte[] NO_TEXT = {'x', (byte) 0xff, (byte) 0xc3};

  @TempDir private Path temporary;

  static LongStream seeds() {
    long rounds = "full".equals(System.getProperty("agentgate.it.rounds")) ? 100 : 6;
    return LongStream.range(0, rounds).map(round -> 20_260_101 + round);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void thePatchBringsAllOfThem(long seed) throws Exception {
    Random random = new Random(seed);
    ChangedWorkspace workspace =
        ChangedWorkspace.of(
            temporary,
            """
            for d in . a b a/c; do mkdir -p $d; for f in e.txt 'f g' -h d p.bin; do
              test -e $d/$f || seq $((RANDOM % 50)) > "$d/$f"; done; done
            chmod +x a/e.txt; ln -s a b/link; printf 'x\\0y' > p.bin; printf 'end' > b/e.txt
            """);
    for (int step = 0; step < STEPS; step++) {
      edit(workspace.top, random);
    }

    workspace.assertExact();
  }

  private static void edit(Path top, Random random) throws Exception {
    Path path = path(top, random);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> write(top, path, random);
      case 3 -> append(path, random);
      case 4 -> DirectoryTree.remove(path);
      case 5 -> move(top, path, path(top, random));
      case 6 -> {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.setPosixFilePermissions(
              path,
              PosixFilePermissions.fromString(random.nextBoolean() ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
      case 7 -> {
        if (makeParents(top, path)) {
          DirectoryTree.remove(path);
          Files.createSymbolicLink(path, Path.of(random.nextBoolean() ? "nowhere" : "a"));
        }
      }
      case 8 -> git(top, "add", "-A");
      case 9 -> git(top, "commit", "-q", "--allow-empty", "-a", "-m", "step");
      case 10 -> git(top, "reset", "-q", "HEAD", "--", ".");
      default -> git(top, "checkout", "-q", "-B", "branch" + random.nextInt(3));
    }
  }

  private static Path path(Path top, Random random) {
    Path path = top;
    for (int depth = random.nextInt(3); depth >= 0; depth--) {
      int name = random.nextInt(NAMES.size() + 1);
      path = RawName.under(path, name == NAMES.size() ? NO_TEXT : NAMES.get(name));
    }
    return path;
  }

  private static void write(Path top, Path path, Random random) throws IOException {
    if (!makeParents(top, path)) {
      return;
    }
    DirectoryTree.remove(path);
    byte[] content = new byte[random.nextInt(300)];
    random.nextBytes(content);
    if (random.nextInt(3) > 0) {
      for (int i = 0; i < content.length; i++) {
        content[i] = (byte) (content[i] % 5 == 0 ? '\n' : 'a' + Math.floorMod(content[i], 20));
      }
    }
    Files.write(path, content);
  }

  private static void append(Path path, Random random) throws IOException {
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      List<String> lines = new ArrayList<>(Files.readAllLines(path, StandardCharsets.ISO_8859_1));
      lines.add(random.nextInt(lines.size() + 1), "line " + random.nextInt());
      Files.writeString(path, String.join("\n", lines), StandardCharsets.ISO_8859_1);
    }
  }

  private static void move(Path top, Path from, Path to) throws IOException {
    if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)
        && !to.startsWith(from)
        && !from.startsWith(to)
        && makeParents(top, to)) {
      DirectoryTree.remove(to);
      Files.move(from, to);
    }
  }

  /** Not through links: they would lead back in. */
  private static boolean makeParents(Path top, Path path) throws IOException {
    for (Path at = path.getParent(); at != null && !at.equals(top); at = at.getParent()) {
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    Files.createDirectories(path.getParent());
    return true;
  }
}
