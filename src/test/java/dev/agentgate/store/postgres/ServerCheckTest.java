package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerCheckTest {
  private static final Map<String, String> FIT =
      Map.of(
          "server_version_num", "140011",
          "fsync", "on",
          "full_page_writes", "on",
          "synchronous_commit", "on",
          "server_encoding", "UTF8",
          "transaction_read_only", "off");

  @Test
  void aServerThatKeepsWhatItAcknowledgesIsAccepted() {
    assertThat(ServerCheck.problems(FIT)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "server_version_num, 130009, PostgreSQL 13",
    "fsync, off, fsync is off",
    "full_page_writes, off, full_page_writes is off",
    "synchronous_commit, off, synchronous_commit is off",
    "server_encoding, SQL_ASCII, UTF8",
    "transaction_read_only, on, standby"
  })
  void anUnfitServerIsRefusedWithTheReason(String setting, String value, String reason) {
    Map<String, String> settings = new HashMap<>(FIT);
    settings.put(setting, value);

    assertThat(ServerCheck.problems(settings)).singleElement().asString().contains(reason);
  }

  @Test
  void aDriverThatCommitsEachStatementByItselfIsRefused() throws SQLException {
    String url = PostgresServer.newDatabase();

    assertThat(problems(url)).noneMatch(problem -> problem.contains("preferQueryMode"));
    assertThat(problems(url + "&preferQueryMode=simple"))
        .anyMatch(problem -> problem.contains("preferQueryMode"));
  }

  private static List<String> problems(String url) throws SQLException {
    try (AgroalDataSource pool = FreshDatabase.pool(url);
        Connection connection = pool.getConnection()) {
      return ServerCheck.problems(connection);
    }
  }
}
