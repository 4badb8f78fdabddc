package dev.agentgate.api;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.access.Role;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The resources, the table of endpoints and the OpenAPI document name the same calls and roles. */
class EndpointRolesTest {
  private static final Pattern DOCUMENTED_ROLE = Pattern.compile("role `(\\w+)`");
  private static final Pattern DOCUMENTED_ACTIONS =
      Pattern.compile("`action` is (.+?) for a path", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("`([a-z-]+)`");

  @Test
  void everyResourceMethodIsInTheTableAndNothingElse() {
    assertThat(resourceCalls()).isEqualTo(rolesByCall().keySet());
  }

  @Test
  void everyOperationOfTheDocumentNamesTheRolesOfTheTable() throws IOException {
    Map<String, Set<Role>> documented = new TreeMap<>();
    documentedOperations()
        .forEach((call, description) -> documented.put(call, rolesIn(description)));
    assertThat(documented).isEqualTo(rolesByCall());
  }

  @Test
  void everyActionOfTheAuditLogIsInTheManual() throws IOException {
    Matcher documented =
        DOCUMENTED_ACTIONS.matcher(Files.readString(java.nio.file.Path.of("docs/operations.md")));
    assertThat(documented.find()).isTrue();
    assertThat(NAME.matcher(documented.group(1)).results().map(it -> it.group(1)))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of(Endpoint.values())
                        .filter(it -> !it.method().equals("GET"))
                        .map(Endpoint::action),
                    Stream.of("unknown"))
                .toList());
  }

  /** As the contract says: a viewer reads, an operator also submits, cancels and triggers. */
  @Test
  void onlyAnAdminKillsPurgesAndPauses() {
    assertThat(Endpoint.values())
        .filteredOn(it -> it.role() == Role.ADMIN)
        .containsExactlyInAnyOrder(
            Endpoint.KILL,
            Endpoint.PURGE,
            Endpoint.PURGE_MANY,
            Endpoint.PAUSE,
            Endpoint.RESUME,
            Endpoint.PAUSE_AGENT,
            Endpoint.RESUME_AGENT);
    assertThat(Endpoint.values())
        .filteredOn(it -> it.method().equals("GET"))
        .allMatch(it -> it.role() == Role.VIEWER);
    assertThat(Endpoint.values())
        .filteredOn(it -> it.role() == Role.VIEWER)
        .allMatch(it -> it.method().equals("GET"));
  }

  private static Map<String, Set<Role>> rolesByCall() {
    return Arrays.stream(Endpoint.values())
        .collect(
            groupingBy(
                it -> call(it.method(), Endpoint.BASE + it.path()),
                TreeMap::new,
                mapping(Endpoint::role, toCollection(() -> EnumSet.noneOf(Role.class)))));
  }

  private static Set<String> resourceCalls() {
    Set<String> calls = new TreeSet<>();
    new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.agentgate.api")
            .stream()
            .filter(type -> type.isAnnotatedWith(Path.class))
            .map(JavaClass::reflect)
            .forEach(resource -> {
              for (Method method : resource.getDeclaredMethods()) {
                verb(method)
                    .ifPresent(verb ->
                        calls.add(call(verb, Endpoint.BASE + pathOf(resource) + pathOf(method))));
              }
            });
    return calls;
  }

  private static Optional<String> verb(Method method) {
    return Stream.of(method.getAnnotations())
        .map(it -> it.annotationType().getAnnotation(HttpMethod.class))
        .filter(it -> it != null)
        .map(HttpMethod::value)
        .findFirst();
  }

  private static String pathOf(AnnotatedElement element) {
    Path path = element.getAnnotation(Path.class);
    if (path == null) {
      return "";
    }
    return path.value().startsWith("/") ? path.value() : "/" + path.value();
  }

  private static Map<String, String> documentedOperations() throws IOException {
    Map<String, String> operations = new TreeMap<>();
    JsonNode document =
        new YAMLMapper().readTree(java.nio.file.Path.of("docs", "openapi.yaml").toFile());
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(operation ->
                    operations.merge(
                        call(operation.getKey(), path.getKey()),
                        operation.getValue().path("description").asText(),
                        String::concat)));
    return operations;
  }

  private static Set<Role> rolesIn(String description) {
    return DOCUMENTED_ROLE
        .matcher(description)
        .results()
        .map(match -> Role.parse(match.group(1)).orElseThrow())
        .collect(toCollection(() -> EnumSet.noneOf(Role.class)));
  }

  // The gate treats a HEAD as the GET of the same path.
  private static String call(String method, String path) {
    String verb = method.toUpperCase(Locale.ROOT);
    return (verb.equals("HEAD") ? "GET" : verb) + " " + path.replaceAll("\\{\\w+}", "{id}");
  }
}
