package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void onlyNoArgumentOrServeIsTheService() {
    assertThat(Main.isService()).isTrue();
    assertThat(Main.isService("serve")).isTrue();
    assertThat(Main.isService("serve", "--help")).isFalse();
    assertThat(Main.isService("list")).isFalse();
    assertThat(Main.isService("migrate-store")).isFalse();
    assertThat(Main.isService("--help")).isFalse();
    assertThat(Main.isService("")).isFalse();
  }
}
