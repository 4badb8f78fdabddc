package dev.agentgate.runtime.check;

import dev.agentgate.api.access.ApiKeys;
import dev.agentgate.config.AuthConfig;
import dev.agentgate.config.ConfiguredPaths;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Checks that callers can send the configured keys. */
@Singleton
class KeysCheck implements StartCheck {
  /** The head of a request has room for it, and the command line sends no longer one. */
  private static final int LONGEST = 4096;

  private static final String KEYS_FILE = "agentgate.auth.keys-file";

  private final AuthConfig auth;

  KeysCheck(Settings settings) {
    auth = settings.auth();
  }

  @Override
  public Stream<Problem> problems() {
    return Stream.concat(
        auth.apiKey().filter(key -> !isUsable(key)).stream()
            .map(key ->
                new Problem(
                    "agentgate.auth.api-key",
                    "is blank, begins or ends with a space, has a control character or one that is"
                        + " not ASCII, or is longer than 4096 characters",
                    "set only the key, for example the output of openssl rand -hex 32")),
        auth.keysFile().flatMap(ConfiguredPaths::absolute).flatMap(this::keysFile).stream());
  }

  /**
   * HTTP drops blanks around a header's value, and clients disagree on how to send characters that
   * are not ASCII, so no request would match such a key.
   */
  private static boolean isUsable(String key) {
    return !key.isEmpty()
        && key.length() <= LONGEST
        && key.strip().equals(key)
        && key.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  private Optional<Problem> keysFile(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return Optional.of(
          new Problem(
              KEYS_FILE,
              "is not a file that the service's user can read (" + file + ")",
              "create it with one key a line: name role sha256-of-key-in-hex"));
    }
    try {
      ApiKeys.read(auth.apiKey(), Optional.of(file));
      return Optional.empty();
    } catch (MalformedInputException e) {
      return unusable("it is not UTF-8 text");
    } catch (IOException e) {
      return unusable("it cannot be read");
    } catch (ApiKeys.InvalidKeysException e) {
      return unusable(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Problem> unusable(String why) {
    return Optional.of(new Problem(KEYS_FILE, "cannot be used", why));
  }
}
