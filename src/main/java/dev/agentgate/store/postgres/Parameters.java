package dev.agentgate.store.postgres;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets the parameters of a statement one after the other. */
final class Parameters {
  private final PreparedStatement statement;
  private int next = 1;

  Parameters(PreparedStatement statement) {
    this.statement = statement;
  }

  /** Sets a text that needs no escape. */
  Parameters plain(@Nullable String text) throws SQLException {
    statement.setString(next++, text);
    return this;
  }

  Parameters text(String text) throws SQLException {
    return plain(StoredText.escape(text));
  }

  Parameters text(Optional<String> text) throws SQLException {
    return plain(text.map(StoredText::escape).orElse(null));
  }

  /** Sets texts that need no escape. */
  Parameters plain(List<String> texts) throws SQLException {
    statement.setArray(
        next++, statement.getConnection().createArrayOf("text", texts.toArray(String[]::new)));
    return this;
  }

  Parameters number(long number) throws SQLException {
    statement.setLong(next++, number);
    return this;
  }

  Parameters number(int number) throws SQLException {
    statement.setInt(next++, number);
    return this;
  }

  Parameters time(Instant time) throws SQLException {
    return number(StoredTime.write(time));
  }

  Parameters time(Optional<Instant> time) throws SQLException {
    if (time.isPresent()) {
      return time(time.get());
    }
    statement.setNull(next++, Types.BIGINT);
    return this;
  }

  Parameters flag(boolean flag) throws SQLException {
    statement.setBoolean(next++, flag);
    return this;
  }

  Parameters bytes(byte[] bytes) throws SQLException {
    statement.setBytes(next++, bytes);
    return this;
  }
}
