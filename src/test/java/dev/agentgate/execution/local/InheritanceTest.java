package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InheritanceTest {
  @Test
  void ignoredSignalsAreNamedByNumberWithoutThoseThatNothingCanChange() {
    assertThat(Inheritance.ignored("Name:\tx\nSigIgn:\t0000000180000007\nSigCgt:\t00ff\n"))
        .isEqualTo("1,2,3");
    assertThat(Inheritance.ignored("SigIgn:\tffffffffffffffff\n"))
        .startsWith("1,2,3,4,5,6,7,8,10,")
        .endsWith(",18,20,21,22,23,24,25,26,27,28,29,30,31");
    assertThat(Inheritance.ignored("SigIgn:\t0000000000000000\n")).isEmpty();
    assertThat(Inheritance.ignored("")).isEmpty();
  }

  @Test
  void softLimitIsTheParentsIfItWasRaisedToTheSameHardLimit() {
    assertThat(Inheritance.openFiles(limits("4096", "4096"), limits("1024", "4096")))
        .hasValue("1024");
  }

  @Test
  void softLimitStaysWhereItWasNotRaisedOrTheParentTellsNothing() {
    assertThat(Inheritance.openFiles(limits("256", "4096"), limits("1024", "4096"))).isEmpty();
    assertThat(Inheritance.openFiles(limits("4096", "4096"), limits("4096", "4096"))).isEmpty();
    assertThat(Inheritance.openFiles(limits("4096", "4096"), limits("1024", "8192"))).isEmpty();
    assertThat(Inheritance.openFiles(limits("4096", "4096"), "")).isEmpty();
    assertThat(Inheritance.openFiles("", limits("1024", "4096"))).isEmpty();
  }

  private static String limits(String soft, String hard) {
    return """
    Limit                     Soft Limit           Hard Limit           Units
    Max core file size        0                    unlimited            bytes
    Max open files            %s                 %s                files
    """
        .formatted(soft, hard);
  }
}
