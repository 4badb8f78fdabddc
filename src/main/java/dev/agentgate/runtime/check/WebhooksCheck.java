package dev.agentgate.runtime.check;

import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import dev.agentgate.config.WebhooksConfig;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that webhooks can be sent, and that their receivers can trust them. */
@Singleton
class WebhooksCheck implements StartCheck {
  private static final int SHORTEST_SECRET = 16;
  private static final Set<String> SCHEMES = Set.of("https", "http");
  private static final String EXAMPLE = "write it like https://hooks.example.com/agentgate";

  private final WebhooksConfig webhooks;

  WebhooksCheck(Settings settings) {
    webhooks = settings.webhooks();
  }

  @Override
  public Stream<Problem> problems() {
    List<String> urls = webhooks.urls().orElse(List.of());
    return Stream.concat(
        urls.stream().flatMap(url -> url(url).stream()), secret(!urls.isEmpty()).stream());
  }

  private Optional<Problem> secret(boolean isNeeded) {
    String key = "agentgate.webhooks.secret";
    if (webhooks.secret().isEmpty()) {
      return isNeeded
          ? Optional.of(new Problem(key, "is not set", "set it: it signs every message"))
          : Optional.empty();
    }
    return webhooks
        .secret()
        .filter(it -> it.length() < SHORTEST_SECRET)
        .map(it ->
            new Problem(
                key, "is too short", "set at least " + SHORTEST_SECRET + " random characters"));
  }

  /** The URL may hold a secret, so it is not repeated. */
  private static Optional<Problem> url(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      return problem("has an item that is not a URL", EXAMPLE);
    }
    @Nullable String scheme = url.getScheme();
    if (scheme == null || !SCHEMES.contains(scheme) || url.getHost() == null) {
      return problem("has an item that is not an https or http URL", EXAMPLE);
    }
    return url.getUserInfo() == null
        ? Optional.empty()
        : problem("contains a user or a password", "remove it: targets check the signature");
  }

  private static Optional<Problem> problem(String reason, String remedy) {
    return Optional.of(new Problem("agentgate.webhooks.urls", reason, remedy));
  }
}
