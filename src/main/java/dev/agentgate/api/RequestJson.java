package dev.agentgate.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.workorder.ByteOrderMark;
import dev.agentgate.workorder.Sha256;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Reads a request body as strict JSON in UTF-8. It accepts no name twice and nothing after the
 * document, and limits the depth and the number of tokens, so that a small body cannot become a big
 * tree.
 */
final class RequestJson {
  private static final int MAX_DEPTH = 50;
  private static final int MAX_TOKENS = 100_000;

  /** Enough for 1,000 orders that use every field and every label. */
  private static final int MAX_BATCH_TOKENS = 250_000;

  /** Longer than a busy client on a slow line needs for the largest body. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final JsonMapper MAPPER = mapper(MAX_TOKENS);
  private static final JsonMapper BATCH_MAPPER = mapper(MAX_BATCH_TOKENS);

  private RequestJson() {}

  private static JsonMapper mapper(int maxTokens) {
    return JsonMapper.builder(
            JsonFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxTokenCount(maxTokens)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /**
   * Checks that a body is sent as plain JSON.
   *
   * @throws ApiException 415 if it is not
   */
  static void requirePlain(HttpHeaders headers) {
    if (headers.getRequestHeader(HttpHeaders.CONTENT_TYPE).isEmpty()) {
      throw new ApiException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json");
    }
    String encoding = headers.getHeaderString(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new ApiException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body without a Content-Encoding");
    }
  }

  /**
   * Reads a body.
   *
   * @param maxBytes a longer body is refused
   * @throws ApiException 413 if it is too long, 408 if it takes too long to arrive, 400 if it is
   *     not a JSON object
   */
  static ObjectNode readObject(InputStream body, int maxBytes) {
    return parseObject(readAll(body, maxBytes));
  }

  /**
   * Reads a body that may be absent.
   *
   * @throws ApiException as {@link #requirePlain} and {@link #readObject}, if there is one
   */
  static Optional<ObjectNode> readOptionalObject(
      HttpHeaders headers, InputStream body, int maxBytes) {
    return readIfSent(body, maxBytes)
        .map(bytes -> {
          requirePlain(headers);
          return parseObject(bytes);
        });
  }

  /**
   * Reads a body that may be absent, whatever its media type.
   *
   * @throws ApiException as {@link #readObject}, if there is one
   */
  static Optional<ObjectNode> readOptionalObject(InputStream body, int maxBytes) {
    return readIfSent(body, maxBytes).map(bytes -> parseObject(bytes));
  }

  private static Optional<byte[]> readIfSent(InputStream body, int maxBytes) {
    return Optional.of(readAll(body, maxBytes)).filter(bytes -> bytes.length > 0);
  }

  /**
   * Reads a body with up to 1,000 orders.
   *
   * @throws ApiException as {@link #readObject}
   */
  static ObjectNode readBatch(InputStream body, int maxBytes) {
    return parseObject(readAll(body, maxBytes), BATCH_MAPPER);
  }

  private static byte[] readAll(InputStream body, int maxBytes) {
    byte[] bytes;
    try {
      bytes = new TimedBody(body, PATIENCE, System::nanoTime).readNBytes(maxBytes + 1);
    } catch (TimedBody.TooSlowException e) {
      throw new ApiException(
          ProblemType.TOO_SLOW,
          "The request body did not arrive within " + PATIENCE.toSeconds() + " s");
    } catch (IOException hungUp) {
      throw ApiException.invalid("The request body ended early");
    }
    if (bytes.length > maxBytes) {
      throw new ApiException(ProblemType.PAYLOAD_TOO_LARGE, tooLarge(maxBytes));
    }
    return bytes;
  }

  static String tooLarge(long maxBytes) {
    return "The request body is larger than " + maxBytes + " bytes";
  }

  static ObjectNode parseObject(byte[] bytes) {
    return parseObject(bytes, MAPPER);
  }

  private static ObjectNode parseObject(byte[] bytes, JsonMapper mapper) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      throw ApiException.invalid("The request body is not valid UTF-8");
    }
    text = ByteOrderMark.strip(text);
    if (text.isBlank()) {
      throw ApiException.invalid("The request body is empty");
    }
    JsonNode tree;
    try {
      tree = mapper.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw ApiException.invalid("The request body is not valid JSON" + position(malformed));
    }
    if (tree instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.invalid("The request body must be a JSON object");
  }

  // Only the position, because Jackson's message may quote the body.
  private static String position(JsonProcessingException malformed) {
    return malformed.getLocation() == null
        ? ""
        : " (line "
            + malformed.getLocation().getLineNr()
            + ", column "
            + malformed.getLocation().getColumnNr()
            + ")";
  }

  /**
   * SHA-256 in hex over the body with its names sorted and without white space. It is the same for
   * bodies that mean the same.
   *
   * @param without the name of a top-level field that does not count
   */
  static String fingerprint(ObjectNode body, String without) {
    ObjectNode counted = body.deepCopy();
    counted.remove(without);
    StringBuilder canonical = new StringBuilder();
    appendCanonical(counted, canonical);
    return Sha256.hex(canonical.toString());
  }

  private static void appendCanonical(JsonNode node, StringBuilder out) {
    switch (node.getNodeType()) {
      case OBJECT -> {
        TreeSet<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        out.append('{');
        for (String name : names) {
          appendText(name, out);
          out.append(':');
          appendCanonical(node.path(name), out);
          out.append(',');
        }
        out.append('}');
      }
      case ARRAY -> {
        out.append('[');
        for (Iterator<JsonNode> items = node.elements(); items.hasNext(); ) {
          appendCanonical(items.next(), out);
          out.append(',');
        }
        out.append(']');
      }
      case STRING -> appendText(node.textValue(), out);
      default -> out.append(node.asText());
    }
  }

  // The length in front makes quoting unnecessary: no text can be mistaken for the end of another.
  private static void appendText(String text, StringBuilder out) {
    out.append('"').append(text.length()).append(':').append(text);
  }
}
