package dev.agentgate.store.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.PullRequest;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import dev.agentgate.workorder.WorkOrderId;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishCodecTest {
  private static final JsonFactory JSON = new JsonFactory();
  private static final WorkOrderId ORDER = new WorkOrderId("wo_01K9D3V5TRC4QNE2Y7X0AWZ8GH");
  private static final PublishRequest LEAST =
      new PublishRequest(
          As.BRANCH,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          List.of());
  private static final PublishRequest MOST =
      new PublishRequest(
          As.PULL_REQUEST,
          Optional.of("fix/login"),
          Optional.of("main"),
          Optional.of("Fix \"it\" 漢字"),
          Optional.of(""),
          true,
          List.of("agent", "två"));

  @Test
  void requestsAreReadAsTheyWereWritten() throws Exception {
    for (PublishRequest request : List.of(LEAST, MOST)) {
      StringWriter text = new StringWriter();
      try (JsonGenerator to = JSON.createGenerator(text)) {
        PublishCodec.write(to, request);
      }
      assertThat(PublishCodec.readRequest(parser(text.toString()), "publish")).isEqualTo(request);
    }
  }

  @ParameterizedTest
  @EnumSource(Publication.Status.class)
  void publicationsAreReadAsTheyWereWritten(Publication.Status status) throws Exception {
    Publication pending = Publication.pending(LEAST, ORDER);
    Publication full =
        new Publication(
            MOST,
            status,
            "fix/login",
            3,
            Optional.of("0a".repeat(20)),
            Optional.of(new PullRequest(7, "https://github.com/acme/shop/pull/7")),
            Optional.of("It failed"));
    for (Publication publication : List.of(pending, full)) {
      StringWriter text = new StringWriter();
      try (JsonGenerator to = JSON.createGenerator(text)) {
        PublishCodec.write(to, publication);
      }
      assertThat(PublishCodec.readPublication(parser(text.toString()), "publication"))
          .isEqualTo(publication);
    }
  }

  @Test
  void fieldsOfLaterVersionsAreSkipped() throws Exception {
    String text =
        "{\"as\":\"branch\",\"new\":{\"a\":[1]},\"draft\":false,\"labels\":[],\"more\":null}";

    assertThat(PublishCodec.readRequest(parser(text), "publish")).isEqualTo(LEAST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{\"as\":\"tag\",\"branch\":\"b\",\"status\":\"pending\"}",
        "{\"as\":\"branch\",\"branch\":\"b\",\"status\":\"lost\"}",
        "{\"as\":\"branch\",\"branch\":\"b\"}",
        "{\"as\":\"branch\",\"status\":\"pending\"}",
        "{\"as\":\"branch\",\"branch\":\"b\",\"status\":\"pending\",\"labels\":[1]}",
        "{\"as\":\"branch\",\"branch\":\"b\",\"status\":\"pending\",\"attempts\":-1}",
        "{\"as\":\"branch\",\"branch\":\"b\",\"status\":\"pending\",\"pullRequest\":{\"number\":1}}",
        "{\"as\":\"branch\",\"branch\":\"b\",\"status\":\"pending\",\"pullRequest\":{\"url\":\"u\"}}"
      })
  void whatIsNoPublicationIsRefused(String text) throws Exception {
    JsonParser parser = parser(text);

    assertThatThrownBy(() -> PublishCodec.readPublication(parser, "publication"))
        .isInstanceOf(UnreadableRecordException.class);
  }

  private static JsonParser parser(String text) throws Exception {
    JsonParser parser = JSON.createParser(text);
    parser.nextToken();
    return parser;
  }
}
