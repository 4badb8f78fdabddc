package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResetTimeTest {
  /** A Wednesday; in Berlin it is 21:00. */
  private static final Instant NOW = Instant.parse("2026-11-25T20:00:00Z");

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), or try again at 10:48 PM. ; 2026-11-25T21:48:00Z
          You've hit your usage limit. Try again at 8:59 PM. ; 2026-11-25T19:59:00Z
          You've hit your usage limit. Try again at 8:30 PM. ; 2026-11-26T19:30:00Z
          You've hit your usage limit. Try again at 12:05 AM. ; 2026-11-25T23:05:00Z
          You've hit your usage limit. Try again at 12:05 PM. ; 2026-11-26T11:05:00Z
          You've hit your usage limit. Try again at Nov 29th, 2026 10:48 PM. ; 2026-11-29T21:48:00Z
          or try again at Dec 1st, 2026 9:05 AM. ; 2026-12-01T08:05:00Z
          or try again in 3 days 4 hours 5 minutes. ; 2026-11-29T00:05:00Z
          Upgrade to Pro or try again in 4 days 3 hours. ; 2026-11-29T23:00:00Z
          try again in 1 hour 2 minutes. ; 2026-11-25T21:02:00Z
          try again in 45 seconds ; 2026-11-25T20:00:45Z
          Your quota will reset after 3h4m5s. ; 2026-11-25T23:04:05Z
          You've hit your 5-hour limit · resets 10:48pm (UTC) ; 2026-11-25T22:48:00Z
          5-hour limit reached ∙ resets 3pm ; 2026-11-26T14:00:00Z
          You've hit your weekly limit · resets Dec 3 at 10am (UTC) ; 2026-12-03T10:00:00Z
          You've hit your weekly limit · resets Dec 3, 10am (Asia/Tokyo) ; 2026-12-03T01:00:00Z
          You've hit your limit · resets 3pm (America/New_York) ; 2026-11-25T20:00:00Z
          Claude AI usage limit reached|1795646916 ; 2026-11-25T22:48:36Z
          """)
  void readsTheFormsOfAllAgents(String sentence, Instant expected) {
    assertThat(ResetTime.in(sentence, NOW, BERLIN)).contains(expected);
  }

  @Test
  void aDateWithoutAYearIsTheNextSuchDay() {
    Instant december = Instant.parse("2026-12-30T12:00:00Z");
    assertThat(ResetTime.in("resets Jan 2 at 10am", december, ZoneId.of("UTC")))
        .contains(Instant.parse("2027-01-02T10:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "try again later.",
        "You're out of usage credits",
        "Try again at 99:99 PM.",
        "try again at Feb 30th, 2027 1:00 PM.",
        "resets Xyz 3 at 10am",
        "resets 3pm (Nowhere/At_All)",
        "try again at Nov 29th, 2099 10:48 PM.",
        "try again in 999999 days",
        "usage limit reached|9999999999"
      })
  void whatNamesNoPossibleTimeIsNone(String sentence) {
    assertThat(ResetTime.in(sentence, NOW, BERLIN)).isEmpty();
  }

  @Test
  void anEpochIsInSecondsOrMilliseconds() {
    Instant expected = Instant.parse("2026-11-25T22:48:36Z");
    assertThat(ResetTime.ofEpoch(1795646916L, NOW)).contains(expected);
    assertThat(ResetTime.ofEpoch(1795646916000L, NOW)).contains(expected);
    assertThat(ResetTime.ofEpoch(0, NOW)).isEmpty();
    assertThat(ResetTime.ofEpoch(1_000_000_000_000_000L, NOW)).isEmpty();
  }
}
