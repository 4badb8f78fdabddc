package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderHomesTest {
  private final WorkOrder order = WorkOrders.queued();

  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path template;

  @BeforeEach
  void createTemplate() throws IOException {
    template = Files.createDirectory(directory.resolve("template"));
  }

  private OrderHomes homes() {
    return new OrderHomes(
        directory.resolve("homes"), Map.of(order.spec().agentType(), Optional.of(template)));
  }

  private Path home() {
    return homes().of(order).orElseThrow();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aHomeGetsTheContentOfItsTemplateWithModesAndLinks() throws Exception {
    Path secret = Files.writeString(template.resolve(".credentials"), "secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--------"));
    Path script = Files.createDirectories(template.resolve("bin")).resolve("run");
    Files.writeString(script, "true");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path sealed = Files.createDirectory(template.resolve("sealed"));
    Files.writeString(sealed.resolve("inside"), "x");
    Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("r-x------"));
    Files.createSymbolicLink(template.resolve("inner"), Path.of("bin/run"));
    Files.createSymbolicLink(template.resolve("outer"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(template.resolve("nowhere"), Path.of("/no/such/file"));
    Files.createSymbolicLink(template.resolve("up"), Path.of(".."));

    homes().prepare(order);

    assertThat(home().resolve(".credentials")).hasContent("secret");
    assertThat(mode(home().resolve(".credentials"))).isEqualTo("r--------");
    assertThat(mode(home().resolve("bin/run"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(home().resolve("sealed"))).isEqualTo("r-x------");
    assertThat(home().resolve("sealed/inside")).hasContent("x");
    for (String link : new String[] {"inner", "outer", "nowhere", "up"}) {
      assertThat(Files.readSymbolicLink(home().resolve(link)))
          .isEqualTo(Files.readSymbolicLink(template.resolve(link)));
    }
    assertThat(mode(home())).isEqualTo("rwx------");
    assertThat(home().resolve("tmp")).isDirectory();
    assertThat(homes().list()).containsExactly(order.id());

    assertThat(homes().remove(order.id())).isTrue();
    assertThat(home()).doesNotExist();
    assertThat(script).exists();
    assertThat(homes().remove(order.id())).isTrue();
    assertThat(homes().list()).isEmpty();
  }

  @Test
  void aHomeThatIsThereStaysAsTheAgentLeftIt() throws Exception {
    Files.writeString(template.resolve("settings"), "old");
    homes().prepare(order);
    Files.writeString(home().resolve("session"), "s-1");
    Files.writeString(home().resolve("settings"), "changed");

    homes().prepare(order);

    assertThat(home().resolve("session")).hasContent("s-1");
    assertThat(home().resolve("settings")).hasContent("changed");
  }

  @Test
  void aHomeWithoutATemplateIsEmpty() throws Exception {
    OrderHomes homes =
        new OrderHomes(
            directory.resolve("homes"), Map.of(order.spec().agentType(), Optional.empty()));

    homes.prepare(order);

    assertThat(home()).isDirectoryNotContaining(path -> !path.endsWith("tmp"));
  }

  @Test
  void otherAgentsHaveNoHomeOfTheirOwn() throws Exception {
    OrderHomes homes =
        new OrderHomes(directory.resolve("homes"), Map.of("other", Optional.empty()));

    homes.prepare(order);

    assertThat(homes.of(order)).isEmpty();
    assertThat(directory.resolve("homes")).doesNotExist();
    assertThat(homes.list()).isEmpty();
  }

  @Test
  void whatACrashLeftOfAHomeIsReplacedAndListed() throws Exception {
    Path half = directory.resolve("homes").resolve(order.id() + ".new");
    Files.createDirectories(half.resolve("half"));
    assertThat(homes().list()).containsExactly(order.id());

    homes().prepare(order);

    assertThat(half).doesNotExist();
    assertThat(home().resolve("half")).doesNotExist();
    Files.createDirectories(half);
    assertThat(homes().remove(order.id())).isTrue();
    assertThat(half).doesNotExist();
  }

  @Test
  void aFailureOrAStopLeavesNothing() throws Exception {
    Files.writeString(template.resolve("tmp"), "a file where a directory belongs");
    assertThatThrownBy(() -> homes().prepare(order)).isInstanceOf(FileSystemException.class);
    assertThat(directory.resolve("homes")).isEmptyDirectory();

    Files.delete(template.resolve("tmp"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> homes().prepare(order)).isInstanceOf(InterruptedException.class);
    assertThat(directory.resolve("homes")).isEmptyDirectory();
  }
}
