package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountInfoTest {
  private static final String UNIFIED =
      """
      23 1 8:1 / / rw - ext4 /dev/root rw
      31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate
      """;
  private static final String HYBRID =
      """
      31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
      35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
      41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
      """;

  @Test
  void ownCgroupIsBelowTheMountOfVersion2() {
    assertThat(MountInfo.ownCgroup(UNIFIED, "0::/system.slice/agentgate.service\n"))
        .hasValue(Path.of("/sys/fs/cgroup/system.slice/agentgate.service"));
    assertThat(MountInfo.ownCgroup(UNIFIED, "0::/\n")).hasValue(Path.of("/sys/fs/cgroup"));
  }

  @Test
  void hybridHostsHaveItBesideVersion1() {
    assertThat(MountInfo.ownCgroup(HYBRID, "4:memory:/x\n1:name=systemd:/y\n0::/z\n"))
        .hasValue(Path.of("/sys/fs/cgroup/unified/z"));
  }

  @Test
  void partThatIsMountedIsTakenOffThePath() {
    String mounts = "31 23 0:27 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup ro\n";

    assertThat(MountInfo.ownCgroup(mounts, "0::/docker/abc/child\n"))
        .hasValue(Path.of("/sys/fs/cgroup/child"));
    assertThat(MountInfo.ownCgroup(mounts, "0::/docker/other\n")).isEmpty();
  }

  @Test
  void namesAreReadAsTheKernelEscapesThem() {
    String mounts =
        "30 23 0:26 /a\\134x2db /sys\\040fs/c\\012\u00c3\u00bc rw - cgroup2 cgroup2 rw\n";

    assertThat(MountInfo.ownCgroup(mounts, "0::/a\\x2db/\u00c3\u00bc c\n"))
        .hasValue(Path.of("/sys fs/c\n\u00fc/\u00fc c"));
  }

  @Test
  void hostsWithoutVersion2OrWithAPathOutsideTheNamespaceHaveNone() {
    assertThat(MountInfo.ownCgroup(HYBRID.replace("cgroup2", "cgroup"), "0::/\n")).isEmpty();
    assertThat(MountInfo.ownCgroup(UNIFIED, "4:memory:/x\n")).isEmpty();
    assertThat(MountInfo.ownCgroup(UNIFIED, "0::/../outside\n")).isEmpty();
  }
}
