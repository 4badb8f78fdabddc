package dev.agentgate.api.access;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.Map;
import java.util.Set;

/**
 * The parts of what the API port serves, and the rules that the gate holds for each. In every area
 * a service without keys refuses a {@code Host} that is no loopback name and pages from other web
 * sites, and every refusal is a problem document.
 */
public enum Area {
  /** The interface. It holds the data: a configured key is needed, and every change is audited. */
  API,
  /**
   * The OpenAPI document, and the framework's tools in development. They hold no data, so they need
   * no key.
   */
  DOCUMENT,
  /**
   * What a person opens in a browser. A page holds no data itself, so it needs no key; it loads
   * nothing from elsewhere, and no other site may frame it.
   */
  PAGE;

  /** The path of the front page. */
  public static final String FRONT_PAGE = "/";

  /** The path of the OpenAPI document; a suffix may name its format. */
  public static final String OPENAPI = "/q/openapi";

  /** What the framework's own paths begin with. */
  public static final String FRAMEWORK = "/q/";

  private static final Set<String> READ_ONLY =
      Set.of(FRONT_PAGE, OPENAPI, OPENAPI + ".yaml", OPENAPI + ".json");

  /**
   * The area of a path. What is in no other belongs to the API, where an unknown path is refused.
   */
  public static Area of(String path) {
    if (path.equals(FRONT_PAGE)) {
      return PAGE;
    }
    return path.startsWith(FRAMEWORK) ? DOCUMENT : API;
  }

  /** Whether a path is one that can only be read, whatever its area holds besides. */
  public static boolean isReadOnly(String path) {
    return READ_ONLY.contains(path);
  }

  /** Whether a caller must show a key, if any is configured. */
  public boolean needsKey() {
    return this == API;
  }

  /** Whether a call that asks for a change is written to the audit log, also a refused one. */
  public boolean isAudited() {
    return this == API;
  }

  /**
   * The headers that every answer has. A cache may keep what holds no data as long as it asks
   * whether that is still current.
   *
   * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy</a>
   */
  public Map<String, String> headers() {
    return switch (this) {
      case API -> Map.of(HttpHeaders.CACHE_CONTROL, "no-store");
      case DOCUMENT -> Map.of(HttpHeaders.CACHE_CONTROL, "no-cache");
      case PAGE ->
          Map.of(
              HttpHeaders.CACHE_CONTROL,
              "no-cache",
              "Content-Security-Policy",
              "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
              "Referrer-Policy",
              "no-referrer");
    };
  }
}
