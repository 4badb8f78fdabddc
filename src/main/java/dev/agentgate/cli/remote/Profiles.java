package dev.agentgate.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server and the key: in options, in variables, or in a profile of {@code
 * $XDG_CONFIG_HOME/agentgate/config.toml}. What comes first wins.
 */
public final class Profiles {
  private final Console console;

  /**
   * What the user gave as options.
   *
   * @param url the address of the server
   * @param profile the name of a profile
   * @param keyFile a file with a key
   */
  public record Options(@Nullable String url, @Nullable String profile, @Nullable Path keyFile) {}

  public Profiles(Console console) {
    this.console = console;
  }

  /** The file that has the profiles. */
  public Path file() {
    return console.directory("XDG_CONFIG_HOME", ".config").resolve("agentgate/config.toml");
  }

  /**
   * Finds the server and the key.
   *
   * @throws CommandFailed if a value is wrong, or a profile was named that does not exist
   */
  public Target target(Options options) {
    Optional<String> name =
        Optional.ofNullable(options.profile()).or(() -> console.variable("AGENTGATE_PROFILE"));
    JsonNode profile = profile(name);
    Optional<String> ofProfile = text(profile, "url");
    String url =
        Optional.ofNullable(options.url())
            .or(() -> console.variable("AGENTGATE_URL"))
            .or(() -> ofProfile)
            .orElse(Target.DEFAULT_URL);
    Optional<ApiKey> key = ownKey(options.keyFile());
    // The key of a profile is for the server of the profile, and for no other.
    if (key.isEmpty() && url.equals(ofProfile.orElse(Target.DEFAULT_URL))) {
      key = keyOf(profile);
    }
    return new Target(address(url), key);
  }

  private Optional<ApiKey> ownKey(@Nullable Path keyFile) {
    return Optional.ofNullable(keyFile)
        .map(ApiKey::read)
        .or(() ->
            console.variable("AGENTGATE_API_KEY").map(key -> ApiKey.of(key, "AGENTGATE_API_KEY")))
        .or(() -> console.variable("AGENTGATE_API_KEY_FILE").map(Path::of).map(ApiKey::read));
  }

  private Optional<ApiKey> keyOf(JsonNode profile) {
    return text(profile, "api-key")
        .map(key -> ApiKey.of(key, file().toString()))
        .or(() -> text(profile, "api-key-file").map(this::path).map(ApiKey::read));
  }

  private Path path(String text) {
    return text.startsWith("~/") ? console.home().resolve(text.substring(2)) : Path.of(text);
  }

  /** The named profile; without a name, the keys at the top of the file. */
  private JsonNode profile(Optional<String> name) {
    JsonNode all = Files.exists(file()) ? read() : MissingNode.getInstance();
    if (name.isEmpty()) {
      return all;
    }
    JsonNode profile = all.path("profiles").path(name.get());
    if (!profile.isObject()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "There is no profile " + name.get() + ". Add [profiles." + name.get() + "] to " + file());
    }
    return profile;
  }

  private JsonNode read() {
    try {
      return new TomlMapper().readTree(Files.readString(file()));
    } catch (JsonProcessingException malformed) {
      // Only the place: the message of the parser may repeat a key.
      throw new CommandFailed(
          ExitCode.USAGE,
          file() + " is not valid TOML, in line " + malformed.getLocation().getLineNr() + ".");
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, file() + " cannot be read.");
    }
  }

  private Optional<String> text(JsonNode profile, String name) {
    JsonNode value = profile.path(name);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw new CommandFailed(ExitCode.USAGE, name + " in " + file() + " must be a string.");
    }
    return Optional.ofNullable(value.textValue());
  }

  private static URI address(String text) {
    String rule = " is not the address of a server, such as " + Target.DEFAULT_URL + ".";
    try {
      URI url = new URI(text.replaceAll("/+$", ""));
      if (url.getUserInfo() != null) {
        throw new CommandFailed(
            ExitCode.USAGE, "An address holds no password. Put a key into AGENTGATE_API_KEY_FILE.");
      }
      String scheme = url.getScheme();
      if (!("http".equals(scheme) || "https".equals(scheme))
          || url.getHost() == null
          || url.getQuery() != null
          || url.getFragment() != null) {
        throw new CommandFailed(ExitCode.USAGE, text + rule);
      }
      return url;
    } catch (URISyntaxException e) {
      throw new CommandFailed(ExitCode.USAGE, text + rule);
    }
  }
}
