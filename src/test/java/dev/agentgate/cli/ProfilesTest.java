package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the address and the key come from. */
class ProfilesTest {
  @TempDir Path home;

  private final FakeServer server = new FakeServer();
  private final FakeServer other = new FakeServer();

  @BeforeEach
  void answer() {
    server.on("GET /queue/health", "{}");
    other.on("GET /queue/health", "{}");
  }

  @AfterEach
  void close() {
    server.close();
    other.close();
  }

  private void profiles(String text) throws IOException {
    Path directory = Files.createDirectories(home.resolve(".config/agentgate"));
    Files.writeString(directory.resolve("config.toml"), text);
  }

  private Result queue(Shell shell, String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "queue";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return shell.run(arguments);
  }

  private String keySent() {
    return server.request("GET /queue/health").key();
  }

  @Test
  void theTopOfTheFileIsTheDefault() throws IOException {
    Files.writeString(home.resolve("key"), "of-the-file\n");
    profiles("url = \"" + server.url() + "/\"\napi-key-file = \"~/key\"\n");

    assertThat(queue(new Shell(home)).code()).isZero();
    assertThat(keySent()).isEqualTo("Bearer of-the-file");
  }

  @Test
  void aProfileIsChosenByItsName() throws IOException {
    profiles(
        "url = \"http://127.0.0.1:1\"\n[profiles.work]\nurl = \""
            + server.url()
            + "\"\napi-key = \"of-work\"\n");

    assertThat(queue(new Shell(home), "--profile", "work").code()).isZero();
    assertThat(keySent()).isEqualTo("Bearer of-work");
  }

  @Test
  void aVariableWinsOverTheProfileAndAnOptionOverBoth() throws IOException {
    profiles("url = \"http://127.0.0.1:1\"\n");
    Shell shell = new Shell(home).with("AGENTGATE_URL", other.url());

    assertThat(queue(shell).code()).isZero();
    assertThat(queue(shell, "--url", server.url()).code()).isZero();
    assertThat(other.requests()).hasSize(1);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void theKeyOfAProfileGoesToNoOtherServer() throws IOException {
    profiles("url = \"" + other.url() + "\"\napi-key = \"of-the-other\"\n");

    assertThat(queue(new Shell(home), "--url", server.url()).code()).isZero();
    assertThat(keySent()).isEmpty();
  }

  @Test
  void aKeyFromTheEnvironmentGoesWhereTheUserSays() {
    Shell shell = new Shell(home).with("AGENTGATE_API_KEY", "mine");

    assertThat(queue(shell, "--url", server.url()).code()).isZero();
    assertThat(keySent()).isEqualTo("Bearer mine");
  }

  @Test
  void aFaultInTheFileIsReportedWithoutTheKey() throws IOException {
    profiles("url = \"http://127.0.0.1:1\"\napi-key = \"se same\noops\n");

    Result result = queue(new Shell(home));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("config.toml is not valid TOML, in line 2");
    assertThat(result.err()).doesNotContain("se same");
  }

  @Test
  void aKeyThatCannotBeOneIsRefusedWithoutShowingIt() {
    Result result = queue(new Shell(home).with("AGENTGATE_API_KEY", "se\nsame"));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("AGENTGATE_API_KEY").doesNotContain("same");
  }

  @Test
  void aProfileThatIsNotThereIsAMistake() {
    Result result = queue(new Shell(home), "--profile", "nowhere");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("There is no profile nowhere");
  }

  @Test
  void anAddressMustBeOne() {
    assertThat(queue(new Shell(home), "--url", "localhost:3001").err())
        .contains("localhost:3001 is not the address of a server");
    assertThat(queue(new Shell(home), "--url", "http://me:secret@localhost").err())
        .contains("holds no password")
        .doesNotContain("secret");
  }
}
