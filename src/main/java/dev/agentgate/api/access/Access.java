package dev.agentgate.api.access;

import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies callers.
 *
 * <p>With keys, a caller is anyone who sends one. Without keys, a caller is anyone who calls this
 * machine by a loopback name and is not a web page from elsewhere. A browser on this machine can
 * also reach a loopback service, and it sends whatever a page asks for. A page whose name was
 * pointed at 127.0.0.1 is recognised by its {@code Host}, any other page by {@code Origin} or
 * {@code Sec-Fetch-Site}.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata</a>
 */
public final class Access {
  private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S(?:.*\\S)?) *");

  private final ApiKeys keys;
  private final boolean anonymous;

  /**
   * @param anonymous whether any {@code Host} is served if there is no key
   */
  public Access(ApiKeys keys, boolean anonymous) {
    this.keys = keys;
    this.anonymous = anonymous;
  }

  /**
   * Identifies the caller.
   *
   * @throws ApiException 401 if a key is missing or wrong, 403 if no key is needed but the request
   *     comes from elsewhere
   */
  public Caller admit(Request request) {
    if (!keys.isEmpty()) {
      return request
          .key()
          .flatMap(keys::find)
          .orElseThrow(() ->
              new ApiException(
                  ProblemType.UNAUTHENTICATED,
                  "Send a valid key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'"));
    }
    checkOrigin(request);
    return Caller.ANONYMOUS;
  }

  /**
   * Checks a request for a resource that needs no key.
   *
   * @throws ApiException 403 if there is no key at all and the request comes from elsewhere
   */
  public void checkOrigin(Request request) {
    if (!keys.isEmpty()) {
      return;
    }
    checkHost(request);
    if (request.isFromAnotherSite()) {
      throw new ApiException(
          ProblemType.FORBIDDEN,
          "Without a configured key no requests from other web sites are served");
    }
  }

  /**
   * Checks a request for the page. As {@link #checkOrigin}, but a link of another web site may lead
   * here: the person sees a document without data, and the other site sees nothing.
   */
  public void checkVisit(Request request) {
    if (!request.isVisit()) {
      checkOrigin(request);
    } else if (keys.isEmpty()) {
      checkHost(request);
    }
  }

  private void checkHost(Request request) {
    if (!anonymous && request.host().filter(LoopbackName::isLoopback).isEmpty()) {
      throw new ApiException(
          ProblemType.FORBIDDEN,
          "Without a configured key only requests to a loopback name (localhost, 127.0.0.1, [::1])"
              + " are served");
    }
  }

  /**
   * The headers that tell where a request comes from.
   *
   * @param fetchDestination what a browser will do with the answer
   */
  public record Request(
      Optional<String> host,
      Optional<String> authorization,
      Optional<String> apiKey,
      Optional<String> origin,
      Optional<String> fetchSite,
      Optional<String> fetchDestination) {

    Optional<String> key() {
      return authorization
          .map(BEARER::matcher)
          .filter(Matcher::matches)
          .map(bearer -> bearer.group(1))
          .or(() -> apiKey);
    }

    /** Whether a browser opens the answer in a tab of its own, not in a frame or a script. */
    boolean isVisit() {
      return origin.isEmpty() && fetchDestination.equals(Optional.of("document"));
    }

    boolean isFromAnotherSite() {
      if (fetchSite.isPresent()
          && !fetchSite.get().equals("same-origin")
          && !fetchSite.get().equals("none")) {
        return true;
      }
      return origin.isPresent() && !host.equals(authorityOf(origin.get()));
    }

    private static Optional<String> authorityOf(String origin) {
      try {
        return Optional.ofNullable(new URI(origin).getRawAuthority());
      } catch (URISyntaxException opaque) {
        return Optional.empty();
      }
    }
  }
}
