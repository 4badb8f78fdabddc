package dev.agentgate.runtime.check;

import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Checks the address that other instances of the service are told. */
@Singleton
class InstanceAddressCheck implements StartCheck {
  private static final List<String> SCHEMES = List.of("http", "https");

  private final Settings settings;

  InstanceAddressCheck(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Stream<Problem> problems() {
    return settings
        .instance()
        .address()
        .filter(text -> !isAddress(text))
        .map(text ->
            new Problem(
                "agentgate.instance.address",
                "is not an http or https URL without a path",
                "write it like http://10.1.2.3:3001"))
        .stream();
  }

  private static boolean isAddress(String text) {
    try {
      URI url = new URI(text);
      return SCHEMES.contains(String.valueOf(url.getScheme()))
          && url.getHost() != null
          && url.getUserInfo() == null
          && Optional.ofNullable(url.getRawPath()).orElse("").replace("/", "").isEmpty()
          && url.getRawQuery() == null
          && url.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
