package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and disk, from trees as the kernel shows them. */
class LinuxHostResourcesTest {
  private static final long MIB = 1 << 20;

  @TempDir Path root;

  @Test
  void withoutALimitTheMachinesAvailableMemoryCounts() throws IOException {
    meminfo(8 * 1024);
    assertThat(host().availableMemory()).isEqualTo(8 * 1024 * MIB);
  }

  @Test
  void theLimitOfTheOwnCgroupCountsWhenItLeavesLess() throws IOException {
    meminfo(8 * 1024);
    version2("/service");
    group("service", 512 * MIB, 100 * MIB, 0);
    assertThat(host().availableMemory()).isEqualTo(412 * MIB);
  }

  @Test
  void pageCacheThatCanBeTakenBackCountsAsLeft() throws IOException {
    meminfo(8 * 1024);
    version2("/service");
    group("service", 512 * MIB, 500 * MIB, 300 * MIB);
    assertThat(host().availableMemory()).isEqualTo(312 * MIB);
  }

  @Test
  void moreCacheThanUseDoesNotRaiseTheLimit() throws IOException {
    meminfo(8 * 1024);
    version2("/service");
    group("service", 512 * MIB, 100 * MIB, 200 * MIB);
    assertThat(host().availableMemory()).isEqualTo(512 * MIB);
  }

  @Test
  void theTightestOfAllCgroupsAboveCounts() throws IOException {
    meminfo(8 * 1024);
    version2("/pod/container");
    group("pod", 256 * MIB, 200 * MIB, 50 * MIB);
    group("pod/container", 1024 * MIB, 10 * MIB, 0);
    assertThat(host().availableMemory()).isEqualTo(106 * MIB);
  }

  @Test
  void aGroupWithoutALimitLimitsNothing() throws IOException {
    meminfo(8 * 1024);
    version2("/service");
    group("service", 0, 500 * MIB, 0);
    write("sys/fs/cgroup/service/memory.max", "max\n");
    assertThat(host().availableMemory()).isEqualTo(8 * 1024 * MIB);
  }

  @Test
  void aContainersMountThatShowsTheGroupAsItsRootIsUnderstood() throws IOException {
    meminfo(8 * 1024);
    write("proc/self/cgroup", "0::/../../docker/abc\n");
    mount("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
    group("", 512 * MIB, 112 * MIB, 0);
    assertThat(host().availableMemory()).isEqualTo(400 * MIB);
  }

  @Test
  void versionOneHasItsOwnNames() throws IOException {
    meminfo(8 * 1024);
    write("proc/self/cgroup", "4:memory:/service\n1:name=systemd:/service\n");
    mount("31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    String group = "sys/fs/cgroup/memory/service/";
    write(group + "memory.limit_in_bytes", Long.toString(512 * MIB));
    write(group + "memory.usage_in_bytes", Long.toString(500 * MIB));
    write(
        group + "memory.stat",
        "inactive_file 1\ntotal_inactive_file " + 200 * MIB + "\ntotal_active_file 7\n");
    assertThat(host().availableMemory()).isEqualTo(212 * MIB);
  }

  @Test
  void whatTheKernelDoesNotTellLimitsNothing() {
    assertThat(host().availableMemory()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theTightestLimitOnProcessesCountsWhereverTheGroupsAreMounted() throws IOException {
    write("proc/self/cgroup", "0::/pod/container\n");
    mount("30 23 0:26 /pod /run/cgroup2 rw - cgroup2 cgroup rw\n");
    write("run/cgroup2/cgroup.procs", "");
    write("run/cgroup2/container/cgroup.procs", "");
    write("run/cgroup2/pids.max", "500\n");
    write("run/cgroup2/pids.current", "460\n");
    write("run/cgroup2/container/pids.max", "max\n");
    assertThat(host().freeTasks()).isEqualTo(40);
    write("run/cgroup2/pids.max", "max\n");
    assertThat(host().freeTasks()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theDiskIsTheOneOfTheDataDirectory() throws IOException {
    LinuxHostResources host = new LinuxHostResources(root);
    assertThat(host.freeDisk())
        .isCloseTo(Files.getFileStore(root).getUsableSpace(), Offset.offset(1024 * MIB));
    assertThat(host.freeInodes()).isPositive();
  }

  private LinuxHostResources host() {
    return new LinuxHostResources(root, root.resolve("proc"), root);
  }

  private void meminfo(long availableMib) throws IOException {
    write(
        "proc/meminfo",
        "MemTotal:       99999999 kB\nMemAvailable:   " + availableMib * 1024 + " kB\n");
  }

  private void version2(String path) throws IOException {
    write("proc/self/cgroup", "0::" + path + "\n");
    mount("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw\n");
  }

  private void mount(String line) throws IOException {
    write("proc/self/mountinfo", "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + line);
  }

  private void group(String path, long max, long current, long inactiveFile) throws IOException {
    String group = path.isEmpty() ? "sys/fs/cgroup/" : "sys/fs/cgroup/" + path + "/";
    write(group + "memory.max", max + "\n");
    write(group + "memory.current", current + "\n");
    write(group + "memory.stat", "anon 1\ninactive_file " + inactiveFile + "\nactive_file 9\n");
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
