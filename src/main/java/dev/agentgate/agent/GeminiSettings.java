package dev.agentgate.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The system settings of the Gemini CLI, which override those of a repository. The CLI runs
 * headless only in a folder that it trusts, and then reads the settings and variables of that
 * folder. These settings disable what a folder could turn on.
 *
 * <p>The CLI ignores the file if other users can write to a directory above it.
 *
 * @see <a href="https://geminicli.com/docs/reference/configuration/">Gemini CLI configuration</a>
 */
final class GeminiSettings {
  /**
   * Variables that redirect requests or load code. A {@code .env} file sets only variables that are
   * not set, and an empty variable counts as set.
   */
  private static final List<String> GUARDED =
      List.of(
          "GOOGLE_GEMINI_BASE_URL",
          "GOOGLE_VERTEX_BASE_URL",
          "CODE_ASSIST_ENDPOINT",
          "GEMINI_SANDBOX",
          "NODE_OPTIONS",
          "NODE_TLS_REJECT_UNAUTHORIZED");

  private GeminiSettings() {}

  /**
   * Writes the file and returns the variables that an agent needs to find it.
   *
   * @param directory created if missing
   * @param service returns the value of one of the service's variables
   */
  static Map<String, String> write(
      Path directory, boolean trustRepository, Function<String, Optional<String>> service) {
    Path file =
        directory.resolve(trustRepository ? "gemini-trusting.json" : "gemini-protected.json");
    Map<String, String> environment = new LinkedHashMap<>();
    try {
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      Path aside = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(aside, text(trustRepository, service));
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("The settings of the Gemini CLI cannot be written", e);
    }
    environment.put("GEMINI_CLI_SYSTEM_SETTINGS_PATH", file.toString());
    if (!trustRepository) {
      GUARDED.forEach(name -> environment.put(name, service.apply(name).orElse("")));
    }
    return environment;
  }

  private static String text(boolean trustRepository, Function<String, Optional<String>> service) {
    StringBuilder json = new StringBuilder("{\n  \"general\": {\"maxAttempts\": 3}");
    if (usesApiKey(service)) {
      // Otherwise the CLI refuses to start if GOOGLE_GEMINI_BASE_URL is set.
      json.append(",\n  \"security\": {\"auth\": {\"selectedType\": \"gemini-api-key\"}}");
    }
    if (!trustRepository) {
      json.append(",\n  \"hooksConfig\": {\"enabled\": false}")
          .append(",\n  \"admin\": {\"mcp\": {\"enabled\": false},")
          .append(" \"extensions\": {\"enabled\": false}}")
          .append(",\n  \"tools\": {\"discoveryCommand\": \"\", \"callCommand\": \"\"}");
    }
    return json.append("\n}\n").toString();
  }

  private static boolean usesApiKey(Function<String, Optional<String>> service) {
    return service.apply("GEMINI_API_KEY").isPresent()
        && service.apply("GOOGLE_GENAI_USE_VERTEXAI").filter("true"::equals).isEmpty()
        && service.apply("GOOGLE_GENAI_USE_GCA").filter("true"::equals).isEmpty();
  }
}
