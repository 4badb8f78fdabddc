package dev.agentgate.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which order a user means: by its whole id, by the beginning of it, or by {@code @last}.
 */
public final class OrderIds {
  public static final String LAST = "@last";

  private static final String PREFIX = "wo_";
  private static final int LENGTH = PREFIX.length() + 26;
  private static final int TIME_LENGTH = 10;
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final Pattern FORM = Pattern.compile("wo_[" + DIGITS + "]{4,26}");
  private static final long SLACK_MILLIS = 60_000;
  private static final int MOST_PAGES = 200;
  private static final int MOST_NAMED = 3;

  private final Server server;
  private final LastOrder last;
  private final Instant now;

  /**
   * Creates it.
   *
   * @param now the present time; no order is younger
   */
  public OrderIds(Server server, LastOrder last, Instant now) {
    this.server = server;
    this.last = last;
    this.now = now;
  }

  /** The id of the order that the user means. */
  public String find(String text) {
    if (text.equals(LAST)) {
      return last.of(server.target().url())
          .orElseThrow(() ->
              new CommandFailed(
                  ExitCode.NOT_FOUND,
                  "No order was submitted from here to " + server.target().url() + " yet."));
    }
    String upper = text.toUpperCase(Locale.ROOT);
    String id = PREFIX + (upper.startsWith("WO_") ? upper.substring(PREFIX.length()) : upper);
    if (!FORM.matcher(id).matches()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          text + " is not an order's id. Ids begin with wo_; give at least four characters more.");
    }
    return id.length() == LENGTH ? id : complete(id);
  }

  private String complete(String beginning) {
    List<String> found = new ArrayList<>();
    Instant latest = Instant.ofEpochMilli(latest(beginning) + SLACK_MILLIS);
    // Younger orders need not be looked through.
    @Nullable Instant createdBefore = latest.isBefore(now) ? latest : null;
    @Nullable String cursor = null;
    for (int page = 0; page < MOST_PAGES; page++) {
      JsonNode orders =
          server
              .get(
                  new Query("/work-orders")
                      .with("limit", 100)
                      .with("createdBefore", createdBefore)
                      .with("cursor", cursor))
              .json();
      for (JsonNode order : orders.path("items")) {
        String id = order.path("id").asText();
        if (id.startsWith(beginning)) {
          found.add(id);
        } else if (id.compareTo(beginning) < 0) {
          return only(beginning, found);
        }
      }
      cursor = orders.path("nextCursor").textValue();
      if (cursor == null) {
        return only(beginning, found);
      }
    }
    throw new CommandFailed(
        ExitCode.USAGE,
        "There are too many orders to look for " + beginning + ". Give the whole id.");
  }

  private static String only(String beginning, List<String> found) {
    if (found.isEmpty()) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND, "There is no order whose id begins with " + beginning + ".");
    }
    if (found.size() > 1) {
      String some = found.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
      throw new CommandFailed(
          ExitCode.USAGE,
          found.size()
              + " orders begin with "
              + beginning
              + ": "
              + some
              + (found.size() > MOST_NAMED ? ", …" : "")
              + ". Give more of the id.");
    }
    return found.getFirst();
  }

  /** The latest time that an id with this beginning can have in it, in milliseconds. */
  private static long latest(String beginning) {
    long millis = 0;
    for (int i = 0; i < TIME_LENGTH; i++) {
      int at = PREFIX.length() + i;
      int digit = at < beginning.length() ? DIGITS.indexOf(beginning.charAt(at)) : 31;
      millis = millis << 5 | digit;
    }
    return millis;
  }

  /** How much of these ids tells them apart; at least the time of the submit. */
  public static int shortLength(List<String> ids) {
    List<String> sorted = ids.stream().sorted().toList();
    int most = PREFIX.length() + TIME_LENGTH;
    for (int i = 1; i < sorted.size(); i++) {
      most = Math.max(most, common(sorted.get(i - 1), sorted.get(i)) + 1);
    }
    return Math.min(most, LENGTH);
  }

  private static int common(String one, String other) {
    int end = Math.min(one.length(), other.length());
    for (int i = 0; i < end; i++) {
      if (one.charAt(i) != other.charAt(i)) {
        return i;
      }
    }
    return end;
  }
}
