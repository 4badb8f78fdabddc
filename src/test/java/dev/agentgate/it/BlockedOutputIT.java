package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader of the service's log hangs: a terminal after Ctrl-S, a log collector in trouble. */
class BlockedOutputIT {
  /** Each logs several lines, and a pipe holds 64 KiB. */
  private static final int ORDERS = 150;

  @TempDir Path home;

  @Test
  void ordersRunAndTheServiceStopsAlthoughNobodyReadsItsLog() {
    String pipe = home.resolve("pipe").toString();
    Service.run("mkfifo", pipe);
    try (Service service =
        Service.in(home).under("sh", "-c", "exec 9<>" + pipe + " \"$@\" >&9 2>&9", "sh")) {
      service.start();
      List<String> orders = new ArrayList<>();
      for (int i = 0; i < ORDERS; i++) {
        orders.add(service.client().submit("true"));
      }
      for (String order : orders) {
        assertThat(service.client().awaitEnd(order).path("status").asText()).isEqualTo("completed");
      }
      assertThat(service.probe("/q/health/live").status()).isEqualTo(200);

      service.terminate();

      assertThat(service.awaitExit()).isEqualTo(143);
    }
  }
}
