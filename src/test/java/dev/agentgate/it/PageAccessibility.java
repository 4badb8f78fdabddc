package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;

/** Looks with axe for faults that keep people from using a screen. */
record PageAccessibility(Page page) {
  private static final List<String> GRAVE = List.of("serious", "critical");

  /** Looks in the light theme and in the dark one, and goes back to that of the system. */
  void checkInBothThemes() {
    for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(theme));
      check();
    }
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
  }

  /** Fails if there is a grave one. */
  void check() {
    assertThat(new AxeBuilder(page).analyze().getViolations())
        .filteredOn(violation -> GRAVE.contains(violation.getImpact()))
        .extracting(violation -> violation.getId() + ": " + violation.getNodes())
        .isEmpty();
  }
}
