package dev.agentgate.config;

import dev.agentgate.workorder.ByteOrderMark;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.EnvConfigSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Takes values from mounted files: {@code AGENTGATE_X_FILE=/path} sets {@code AGENTGATE_X} to the
 * file's content, and so do the variables of {@link DatabaseAccess}. So a secret need not be in the
 * environment, where every child process and every dump of the process shows it.
 *
 * <p>Line ends at the end of the file and a byte order mark at its start are dropped. An empty file
 * leaves the key unset, as an empty variable does. The service does not start if a file cannot be
 * read or if a key is given both ways; the message names the variable and the path, never the
 * content. The files are read once, at the start.
 *
 * <p>Registered in {@code META-INF/services}. Quarkus finds it there at build time and registers it
 * for the native executable.
 */
public final class MountedSecrets implements ConfigSourceFactory {
  private static final String PREFIX = "AGENTGATE_";
  private static final String SUFFIX = "_FILE";

  /**
   * These variables name a file that is itself the setting, or belong to an agent's own
   * environment.
   */
  private static final Set<String> FILES_IN_THEIR_OWN_RIGHT =
      Set.of("AGENTGATE_AUTH_KEYS_FILE", "AGENTGATE_PROMPT_FILE");

  /** The limit for a key or a token. A larger file is the wrong file. */
  private static final int MAX_BYTES = 64 * 1024;

  private final Map<String, String> environment;

  /** Reads this process's environment; called by the service loader. */
  public MountedSecrets() {
    this(System.getenv());
  }

  MountedSecrets(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    Map<String, String> values = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String name = variable.getKey();
      if (!namesAFile(name) || variable.getValue().isBlank()) {
        continue;
      }
      String key = name.substring(0, name.length() - SUFFIX.length());
      if (!environment.getOrDefault(key, "").isEmpty()) {
        problems.add("%s and %s are both set; keep one of them".formatted(key, name));
        continue;
      }
      try {
        read(variable.getValue()).ifPresent(value -> values.put(key, value));
      } catch (UnreadableFile e) {
        problems.add("%s=%s: %s".formatted(name, variable.getValue(), e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new StartRefusedException(
          "\n  " + String.join("\n  ", problems), StartRefusedException.CONFIGURATION_ERROR);
    }
    // Using the environment's own source gives a variable's name the same key both ways.
    return values.isEmpty()
        ? List.of()
        : List.of(new EnvConfigSource(values, EnvConfigSource.ORDINAL));
  }

  private static boolean namesAFile(String variable) {
    if (!variable.endsWith(SUFFIX)
        || FILES_IN_THEIR_OWN_RIGHT.contains(variable)
        || Variables.OF_CLIENT.contains(variable)) {
      return false;
    }
    String key = variable.substring(0, variable.length() - SUFFIX.length());
    return (key.startsWith(PREFIX) && key.length() > PREFIX.length())
        || DatabaseAccess.VARIABLES.contains(key);
  }

  private static Optional<String> read(String path) throws UnreadableFile {
    byte[] bytes;
    try (var in = Files.newInputStream(Path.of(path))) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new UnreadableFile("there is no such file");
    } catch (AccessDeniedException e) {
      throw new UnreadableFile("the service's user may not read it");
    } catch (IOException | InvalidPathException e) {
      throw new UnreadableFile("it cannot be read as a file");
    }
    if (bytes.length > MAX_BYTES) {
      throw new UnreadableFile(
          "it is larger than %d bytes, so it is not a secret".formatted(MAX_BYTES));
    }
    String content;
    try {
      content = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UnreadableFile("it is not UTF-8 text");
    }
    content = ByteOrderMark.strip(content);
    int end = content.length();
    while (end > 0 && (content.charAt(end - 1) == '\n' || content.charAt(end - 1) == '\r')) {
      end--;
    }
    return end == 0 ? Optional.empty() : Optional.of(content.substring(0, end));
  }

  /** Why a file gives no value. The text contains nothing of the file's content. */
  private static final class UnreadableFile extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableFile(String reason) {
      super(reason);
    }
  }
}
