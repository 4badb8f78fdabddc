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
 * The system settings of the Gemini CLI, which overrule those of a repository. It works headless
 * only in a folder that it trusts, and then reads the settings and the variables that the folder
 * brings; so these settings close what they could open.
 *
 * <p>It ignores the file if a directory above it may be written by others.
 *
 * @see <a href="https://geminicli.com/docs/reference/configuration/">Gemini CLI configuration</a>
 */
final class GeminiSettings {
  /**
   * Variables that send its requests elsewhere or load code. A file {@code .env} sets only those
   * that are not set, and an empty one is.
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
   * @param directory made if missing
   * @param service the service's variables
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
      throw new UncheckedIOException("The settings for gemini cannot be written", e);
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
      // Otherwise it refuses to start where GOOGLE_GEMINI_BASE_URL is set.
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
