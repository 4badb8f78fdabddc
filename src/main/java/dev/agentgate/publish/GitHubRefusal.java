package dev.agentgate.publish;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Puts GitHub's refusals into words, and decides whether another attempt makes sense.
 *
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api">
 *     Rate limits</a>
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api">
 *     Troubleshooting</a>
 */
final class GitHubRefusal {
  /** GitHub resets its limits every hour. */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** GitHub asks for at least this if it names no time. */
  private static final Duration SHORTEST = Duration.ofMinutes(1);

  private static final int MAX_WORDS = 500;

  private final Clock clock;

  GitHubRefusal(Clock clock) {
    this.clock = clock;
  }

  PublishFailedException of(int status, HttpHeaders headers, JsonNode answer) {
    String words = words(answer);
    if (isRateLimit(status, headers, words)) {
      return PublishFailedException.transientFailure(
          "GitHub's rate limit is reached" + said(words), pause(headers));
    }
    return switch (status) {
      case 401 ->
          PublishFailedException.permanent(
              "GitHub refused the token (agentgate.github.token)" + said(words));
      case 403 ->
          PublishFailedException.permanent(
              "The token may not do this (agentgate.github.token)" + said(words) + needed(headers));
      case 404 ->
          PublishFailedException.permanent(
              "GitHub does not know the repository, or the token may not see it"
                  + " (agentgate.github.token)"
                  + said(words));
      case 407 ->
          PublishFailedException.permanent(
              "The proxy requires a user name and password, or refused those in its address"
                  + " (https_proxy, http_proxy or all_proxy)");
      default ->
          status >= 500 || status == 408
              ? PublishFailedException.transientFailure(
                  "GitHub answered " + status + said(words), Duration.ZERO)
              : PublishFailedException.permanent("GitHub answered " + status + said(words));
    };
  }

  private static boolean isRateLimit(int status, HttpHeaders headers, String words) {
    if (status == 429) {
      return true;
    }
    return status == 403
        && (headers.firstValue("Retry-After").isPresent()
            || headers.firstValue("X-RateLimit-Remaining").equals(Optional.of("0"))
            || words.contains("rate limit"));
  }

  private Duration pause(HttpHeaders headers) {
    OptionalLong seconds = number(headers, "Retry-After");
    if (seconds.isPresent()) {
      return bounded(Duration.ofSeconds(seconds.getAsLong()));
    }
    OptionalLong reset = number(headers, "X-RateLimit-Reset");
    if (reset.isPresent() && headers.firstValue("X-RateLimit-Remaining").equals(Optional.of("0"))) {
      return bounded(Duration.ofSeconds(reset.getAsLong() - clock.instant().getEpochSecond()));
    }
    return SHORTEST;
  }

  private static Duration bounded(Duration asked) {
    if (asked.compareTo(Duration.ZERO) < 0) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
  }

  private static OptionalLong number(HttpHeaders headers, String name) {
    try {
      return headers.firstValueAsLong(name);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static String needed(HttpHeaders headers) {
    return headers
        .firstValue("X-Accepted-GitHub-Permissions")
        .map(text -> ". It needs: " + shown(text))
        .orElse("");
  }

  /** Returns what GitHub says: its message, and the details of a failed validation. */
  static String words(JsonNode answer) {
    List<String> words = new ArrayList<>();
    add(words, answer.path("message"));
    for (JsonNode error : answer.path("errors")) {
      if (error.isTextual()) {
        add(words, error);
      } else if (error.path("message").isTextual()) {
        add(words, error.path("message"));
      } else if (error.path("field").isTextual()) {
        words.add(error.path("field").asText() + " " + error.path("code").asText());
      }
    }
    return shown(String.join("; ", words));
  }

  private static void add(List<String> words, JsonNode text) {
    if (text.isTextual() && !text.textValue().isBlank()) {
      words.add(text.textValue());
    }
  }

  private static String said(String words) {
    return words.isEmpty() ? "" : ": " + words;
  }

  private static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", " ").strip();
    return plain.length() > MAX_WORDS ? plain.substring(0, MAX_WORDS) + "…" : plain;
  }
}
