package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTreeTest {
  @TempDir Path temporary;

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }

  /** A file system on another path, as an agent leaves it behind that used a container. */
  private void assertSpares(Path mountPoint, Path removed) throws Exception {
    Path precious = Files.createDirectories(temporary.resolve("precious"));
    Files.writeString(precious.resolve("file"), "kept");
    Files.createDirectories(mountPoint);
    assumeThat(run("mount", "--bind", precious.toString(), mountPoint.toString()))
        .as("mounting is allowed")
        .isZero();
    try {
      assertThat(DirectoryTree.remove(removed)).isFalse();
      assertThat(precious.resolve("file")).hasContent("kept");
    } finally {
      assertThat(run("umount", "--lazy", mountPoint.toString())).isZero();
    }
    assertThat(DirectoryTree.remove(removed)).isTrue();
    assertThat(precious.resolve("file")).hasContent("kept");
  }

  @Test
  void whatIsMountedBelowIsNotEntered() throws Exception {
    Path workspace = Files.createDirectories(temporary.resolve("work space/run"));
    Files.writeString(workspace.resolve("file"), "removed");

    assertSpares(workspace.resolve("deep/mnt é"), workspace);
  }

  @Test
  void whatIsMountedOverTheDirectoryItselfIsNotEntered() throws Exception {
    Path workspace = temporary.resolve("run");

    assertSpares(workspace, workspace);
  }

  @Test
  void aMountIsFoundThroughALink() throws Exception {
    Path real = Files.createDirectories(temporary.resolve("real"));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), real);

    assertSpares(real.resolve("run/mnt"), link.resolve("run"));
  }

  @Test
  void aMountTooDeepToBeNamedIsNotEntered() throws Exception {
    Path workspace = temporary.resolve("run");
    Path deep = workspace;
    for (int i = 0; i < 100; i++) {
      deep = deep.resolve("directory");
    }

    Path precious = Files.createDirectories(temporary.resolve("precious"));
    Files.writeString(precious.resolve("file"), "kept");
    Files.createDirectories(deep);
    assumeThat(run("mount", "--bind", precious.toString(), deep.toString()))
        .as("mounting is allowed")
        .isZero();
    assertThat(DirectoryTree.remove(workspace)).isFalse();
    assertThat(precious.resolve("file")).hasContent("kept");
    // The mount has moved with the directories above it.
    for (String point : MountInfo.mountPoints(MountInfo.read(Path.of("/proc/self/mountinfo")))) {
      if (point.startsWith(workspace.toRealPath().toString())) {
        assertThat(run("umount", "--lazy", point)).isZero();
      }
    }
    assertThat(DirectoryTree.remove(workspace)).isTrue();
    assertThat(precious.resolve("file")).hasContent("kept");
  }
}
