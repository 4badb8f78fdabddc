package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The document that is served says what is true, and is the one that is checked in. */
@QuarkusTest
class OpenApiDocumentTest {
  private static final Path CHECKED_IN = Path.of("docs/openapi.yaml");
  // Set this property to write the served document there.
  private static final String REGENERATE = "openapi.regenerate";

  @Test
  void theServedDocumentIsTheOneThatIsCheckedIn() throws IOException {
    String served = given().get("/q/openapi").then().statusCode(200).extract().asString();
    if (Boolean.getBoolean(REGENERATE)) {
      Files.createDirectories(CHECKED_IN.toAbsolutePath().getParent());
      Files.writeString(CHECKED_IN, served);
    }
    assertThat(served)
        .as(
            "Regenerate %s: ./mvnw test -Dtest=OpenApiDocumentTest -D%s=true",
            CHECKED_IN, REGENERATE)
        .isEqualTo(Files.readString(CHECKED_IN));
  }

  @Test
  void theDocumentHasEveryEndpointAndNoOther() throws IOException {
    JsonNode document =
        new ObjectMapper().readTree(given().get("/q/openapi?format=json").asString());
    Set<String> documented = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(operation ->
                    documented.add(
                        operation.getKey().toUpperCase(Locale.ROOT)
                            + " "
                            + path.getKey().replaceAll("\\{\\w+}", "{id}"))));
    documented.removeIf(operation -> operation.startsWith("HEAD "));
    Set<String> existing = new TreeSet<>();
    Arrays.stream(Endpoint.values())
        .forEach(it -> existing.add(it.method() + " " + Endpoint.BASE + it.path()));
    assertThat(documented).isEqualTo(existing);
  }
}
