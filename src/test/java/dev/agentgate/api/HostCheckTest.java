package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.api.access.Access;
import dev.agentgate.api.access.Access.Request;
import dev.agentgate.api.access.ApiKeys;
import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.Role;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostCheckTest {
  private static final Access OPEN = access(Optional.empty(), false);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost:3001",
        "localhost.:3001",
        "127.0.0.1",
        "127.0.0.1:3001",
        "127.255.0.9:80",
        "[::1]",
        "[::1]:3001",
        "[0:0:0:0:0:0:0:1]:3001"
      })
  void aLoopbackNameIsServedWithoutAKey(String host) {
    assertThat(OPEN.admit(from(host, null, null))).isEqualTo(Caller.ANONYMOUS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "127.0.0.1.nip.io:3001",
        "xlocalhost",
        "128.0.0.1",
        "127.0.0.256",
        "127.1",
        "2130706433",
        "0.0.0.0",
        "192.168.1.5:3001",
        "[::]",
        "[::ffff:127.0.0.1]",
        "::1",
        "localhost:3001@example.com",
        "localhost:99999999"
      })
  void anyOtherNameIsRefusedWithoutAKey(String host) {
    assertForbidden(OPEN, from(host, null, null));
  }

  @Test
  void aMissingHostIsRefusedWithoutAKey() {
    assertForbidden(OPEN, from(null, null, null));
  }

  @ParameterizedTest
  @CsvSource({
    "http://evil.example,",
    "null,",
    "http://localhost:8080,",
    "http://localhost:3001.evil.example,",
    "'',",
    ",cross-site",
    ",same-site",
    ",anything",
    "http://localhost:3001,cross-site"
  })
  void aWebPageFromElsewhereIsRefusedWithoutAKey(
      @Nullable String origin, @Nullable String fetchSite) {
    assertForbidden(OPEN, from("localhost:3001", origin, fetchSite));
    assertForbidden(access(Optional.empty(), true), from("agents.example:3001", origin, fetchSite));
  }

  @ParameterizedTest
  @CsvSource({"http://localhost:3001,same-origin", ",none", "http://localhost:3001,"})
  void aPageOfTheServiceItselfIsServed(@Nullable String origin, @Nullable String fetchSite) {
    assertThat(OPEN.admit(from("localhost:3001", origin, fetchSite))).isEqualTo(Caller.ANONYMOUS);
  }

  @Test
  void anAnonymousServiceAnswersToAnyName() {
    assertThat(access(Optional.empty(), true).admit(from("agents.example", null, null)))
        .isEqualTo(Caller.ANONYMOUS);
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer root,,true",
    "bearer   root,,true",
    "BEARER root ,wrong,true",
    ",root,true",
    "Basic cm9vdA==,root,true",
    ",,false",
    "Bearer wrong,,false",
    "Bearer wrong,root,false",
    "Bearer,,false",
    "root,,false",
    "Bearer root x,,false",
    ",wrong,false"
  })
  void withKeysOneMustBeShown(
      @Nullable String authorization, @Nullable String apiKey, boolean admitted) {
    Access access = access(Optional.of("root"), false);
    Request request =
        new Request(
            Optional.of("agents.example"),
            Optional.ofNullable(authorization),
            Optional.ofNullable(apiKey),
            Optional.of("https://elsewhere.example"),
            Optional.of("cross-site"),
            Optional.empty());
    if (admitted) {
      assertThat(access.admit(request)).isEqualTo(new Caller("api-key", Role.ADMIN));
    } else {
      assertThatThrownBy(() -> access.admit(request))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.UNAUTHENTICATED));
    }
  }

  private static Access access(Optional<String> key, boolean anonymous) {
    return new Access(ApiKeys.of(key, Optional.<List<String>>empty()), anonymous);
  }

  @Test
  void aLinkOnAnotherSiteLeadsToThePageOnly() {
    Request visit = from("localhost:3001", null, "cross-site", "document");
    assertThatCode(() -> OPEN.checkVisit(visit)).doesNotThrowAnyException();
    assertForbidden(OPEN, visit);
    for (Request other :
        List.of(
            from("localhost:3001", null, "cross-site", "iframe"),
            from("localhost:3001", null, "cross-site", "script"),
            from("localhost:3001", "https://evil.example", "cross-site", "document"),
            from("agents.example", null, "cross-site", "document"))) {
      assertThatThrownBy(() -> OPEN.checkVisit(other)).isInstanceOf(ApiException.class);
    }
  }

  private static Request from(
      @Nullable String host, @Nullable String origin, @Nullable String fetchSite) {
    return from(host, origin, fetchSite, null);
  }

  private static Request from(
      @Nullable String host,
      @Nullable String origin,
      @Nullable String fetchSite,
      @Nullable String fetchDestination) {
    return new Request(
        Optional.ofNullable(host),
        Optional.empty(),
        Optional.empty(),
        Optional.ofNullable(origin),
        Optional.ofNullable(fetchSite),
        Optional.ofNullable(fetchDestination));
  }

  private static void assertForbidden(Access access, Request request) {
    assertThatThrownBy(() -> access.admit(request))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.FORBIDDEN));
  }
}
