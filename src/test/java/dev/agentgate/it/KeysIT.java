package dev.agentgate.it;

import static dev.agentgate.it.Client.script;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and roles, as configured from outside. */
class KeysIT {
  @TempDir Path home;

  @Test
  void eachRoleMayDoWhatItIsForAndNoMore() throws IOException {
    Path keys = home.resolve("keys");
    Files.writeString(
        keys,
        "eve viewer " + sha256("viewer-key") + "\nolaf operator " + sha256("operator-key") + "\n");
    try (Service service =
        Service.in(home)
            .with("AGENTGATE_AUTH_API_KEY", "admin-key")
            .with("AGENTGATE_AUTH_KEYS_FILE", keys)) {
      service.start();
      Client client = service.client();
      Answer none = client.get("/work-orders");
      assertThat(none.status()).isEqualTo(401);
      assertThat(none.raw().headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).startsWith("Bearer"));
      assertThat(client.get("/work-orders", "X-API-Key", "wrong").status()).isEqualTo(401);
      assertThat(client.get("/work-orders", "X-API-Key", "viewer-key").status()).isEqualTo(200);
      assertThat(client.get("/work-orders", "Authorization", "Bearer admin-key").status())
          .isEqualTo(200);
      assertThat(submit(client, "viewer-key").status()).isEqualTo(403);
      Answer submitted = submit(client, "operator-key");
      assertThat(submitted.status()).isEqualTo(201);
      String kill = "/work-orders/" + submitted.json().path("id").asText() + "/kill?force=true";
      assertThat(client.post(kill, script(""), "X-API-Key", "operator-key").status())
          .isEqualTo(403);
      String pause = "/queue/pause";
      assertThat(client.post(pause, script(""), "X-API-Key", "operator-key").status())
          .isEqualTo(403);
      assertThat(client.post(pause, script(""), "X-API-Key", "admin-key").status()).isEqualTo(200);
      assertThat(service.probe("/q/metrics").status()).isEqualTo(200);
    }
  }

  private static Answer submit(Client client, String key) {
    return client.post("/work-orders", script("true"), "X-API-Key", key);
  }

  private static String sha256(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
