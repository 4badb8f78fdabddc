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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document that is checked in, and served in production, is generated from the code. */
@QuarkusTest
class OpenApiDocumentTest {
  // Set this property to write the generated document there.
  private static final String REGENERATE = "openapi.regenerate";

  @ParameterizedTest
  @ValueSource(strings = {"yaml", "json"})
  void theGeneratedDocumentIsTheOneThatIsCheckedIn(String format) throws IOException {
    String generated =
        given().get("/q/openapi?format=" + format).then().statusCode(200).extract().asString();
    Path checkedIn = Path.of("docs", "openapi." + format);
    if (Boolean.getBoolean(REGENERATE)) {
      Files.writeString(checkedIn, generated);
    }
    assertThat(generated)
        .as(
            "Regenerate %s: ./mvnw test -Dtest=OpenApiDocumentTest -D%s=true",
            checkedIn, REGENERATE)
        .isEqualTo(Files.readString(checkedIn));
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
