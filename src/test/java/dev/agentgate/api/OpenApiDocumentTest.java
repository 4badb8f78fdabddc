package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The document that is checked in, and served in production, is generated from the code. */
@QuarkusTest
@Tag("application")
class OpenApiDocumentTest {
  // Set this property to write the generated document there.
  private static final String REGENERATE = "openapi.regenerate";

  private static final Path CHECKED_IN = Path.of("docs", "openapi.yaml");

  @Test
  void theGeneratedDocumentIsTheOneThatIsCheckedIn() throws IOException {
    String generated =
        given().get("/q/openapi?format=yaml").then().statusCode(200).extract().asString();
    if (Boolean.getBoolean(REGENERATE)) {
      Files.writeString(CHECKED_IN, generated);
    }
    assertThat(generated)
        .as(
            "Regenerate %s: ./mvnw test -Dtest=OpenApiDocumentTest -D%s=true",
            CHECKED_IN, REGENERATE)
        .isEqualTo(Files.readString(CHECKED_IN));
  }

  @Test
  void theJsonMadeOfTheCheckedInDocumentIsTheSameDocument() throws IOException {
    byte[] json = OpenApiDocument.toJson(Files.readAllBytes(CHECKED_IN));
    assertThat(new ObjectMapper().readTree(json)).isEqualTo(document());
  }

  @Test
  void everyReferenceLeadsSomewhere() throws IOException {
    JsonNode document = document();
    List<String> references = document.findValuesAsText("$ref");
    assertThat(references).hasSizeGreaterThan(50);
    assertThat(references)
        .allSatisfy(reference -> {
          assertThat(reference).startsWith("#/");
          assertThat(document.at(reference.substring(1)).isObject()).isTrue();
        });
  }

  @Test
  void theDocumentSaysWhatItDescribesAndHowToShowAKey() throws IOException {
    JsonNode document = document();
    assertThat(document.at("/info/title").asText()).isEqualTo("AgentGate");
    assertThat(document.at("/info/version").asText()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(document.at("/components/securitySchemes").properties()).hasSize(2);
    Set<String> schemes = new TreeSet<>();
    document.path("security").forEach(it -> it.fieldNames().forEachRemaining(schemes::add));
    assertThat(schemes).containsExactly("apiKey", "bearer");
    assertThat(document.at("/components/securitySchemes").has("bearer")).isTrue();
    assertThat(document.at("/components/securitySchemes").has("apiKey")).isTrue();
  }

  @Test
  void everyOperationIsDescribedWithItsRefusals() throws IOException {
    JsonNode document = document();
    document
        .path("paths")
        .forEach(path ->
            path.forEach(operation -> {
              assertThat(operation.path("operationId").asText()).isNotEmpty();
              assertThat(operation.path("responses").has("401")).isTrue();
              assertThat(operation.path("responses").has("403")).isTrue();
              assertThat(operation.path("tags").size()).isEqualTo(1);
            }));
    JsonNode log = document.at("/paths/~1api~1v1~1runs~1{runId}~1log");
    assertThat(log.at("/get/responses").properties().stream().map(Map.Entry::getKey))
        .contains("200", "206", "400", "404", "416");
    assertThat(log.has("head")).isTrue();
  }

  private static JsonNode document() throws IOException {
    return new ObjectMapper().readTree(given().get("/q/openapi?format=json").asString());
  }
}
