package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class InstanceAddressTest {
  @Test
  void aServiceThatListensOnOneAddressIsReachedThere() {
    assertThat(InstanceAddress.of("127.0.0.1", 3001)).contains(URI.create("http://127.0.0.1:3001"));
    assertThat(InstanceAddress.of("10.1.2.3", 80)).contains(URI.create("http://10.1.2.3:80"));
  }

  @Test
  void aServiceThatListensEverywhereIsReachedAtAnAddressOfItsMachine() {
    assertThat(InstanceAddress.of("0.0.0.0", 3001))
        .hasValueSatisfying(address -> {
          assertThat(address.getPort()).isEqualTo(3001);
          assertThat(address.getHost()).isNotIn("0.0.0.0", "127.0.0.1", "127.0.1.1");
        });
  }

  @Test
  void anAddressWithColonsIsPutIntoBrackets() throws Exception {
    InetAddress address = InetAddress.getByName("fd00::1");

    assertThat(InstanceAddress.uri(address, 3001).toString())
        .isEqualTo("http://[fd00:0:0:0:0:0:0:1]:3001");
  }
}
