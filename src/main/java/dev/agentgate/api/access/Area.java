package dev.agentgate.api.access;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The parts of the API port, and the gate's rules for each. In every area a service without keys
 * refuses a {@code Host} that is not a loopback name and requests of pages from other web sites,
 * and every refusal is a problem document.
 */
public enum Area {
  /** The API. It serves the data, so a configured key is needed and every change is audited. */
  API,
  /**
   * The OpenAPI document, and the framework's tools in development. They hold no data, so they need
   * no key.
   */
  DOCUMENT,
  /**
   * The pages that a person opens in a browser. A page holds no data itself, so it needs no key. It
   * loads nothing from elsewhere, and no other site may frame it; a link may lead to it.
   */
  PAGE;

  /** The path of the front page. */
  public static final String FRONT_PAGE = "/";

  /** The path of the OpenAPI document; a suffix may name its format. */
  public static final String OPENAPI = "/q/openapi";

  /** The prefix of the framework's own paths. */
  public static final String FRAMEWORK = "/q/";

  /** The prefix of the page's files. */
  public static final String PAGE_FILES = "/page/";

  /** The paths of the page's screens besides {@link #FRONT_PAGE}, as the router writes them. */
  public static final List<String> SCREENS =
      List.of(
          "/orders",
          "/orders/:id",
          "/runs/:id/log",
          "/runs/:id/change",
          "/agents",
          "/instances",
          "/submit");

  private static final String CONTENT_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Pattern SCREEN =
      Pattern.compile(String.join("|", SCREENS).replace(":id", "[A-Za-z0-9_-]+"));

  private static final Set<String> READ_ONLY =
      Set.of(OPENAPI, OPENAPI + ".yaml", OPENAPI + ".json");

  /**
   * The area of a path. A path in no other area belongs to the API, where unknown paths are
   * refused.
   */
  public static Area of(String path) {
    if (path.equals(FRONT_PAGE) || path.startsWith(PAGE_FILES) || SCREEN.matcher(path).matches()) {
      return PAGE;
    }
    return path.startsWith(FRAMEWORK) ? DOCUMENT : API;
  }

  /** Whether a path can only be read, whatever else its area contains. */
  public static boolean isReadOnly(String path) {
    return of(path) == PAGE || READ_ONLY.contains(path);
  }

  /** Whether a caller must send a key, if any is configured. */
  public boolean needsKey() {
    return this == API;
  }

  /** Whether calls that ask for a change are written to the audit log, including refused calls. */
  public boolean isAudited() {
    return this == API;
  }

  /**
   * The headers that every answer has. A cache may keep answers without data, as long as it asks
   * whether they are still current.
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
              CONTENT_POLICY,
              "Referrer-Policy",
              "no-referrer",
              "Cross-Origin-Opener-Policy",
              "same-origin",
              "Cross-Origin-Resource-Policy",
              "same-origin");
    };
  }
}
