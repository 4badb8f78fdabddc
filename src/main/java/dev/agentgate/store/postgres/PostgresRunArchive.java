package dev.agentgate.store.postgres;

import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.RunArchive;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The files of runs that are over, as compressed pieces, one row each. */
final class PostgresRunArchive implements RunArchive {
  /** Pieces have up to 256 KiB. */
  static final int ROWS_AT_ONCE = 8;

  private final Database database;
  private final Instance instance;

  PostgresRunArchive(Database database, Instance instance) {
    this.database = database;
    this.instance = instance;
  }

  @Override
  public boolean keepsFiles() {
    return true;
  }

  @Override
  public boolean has(RunId run) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT EXISTS (SELECT FROM run_files WHERE run = ?)")) {
        select.setString(1, run.value());
        try (ResultSet row = select.executeQuery()) {
          return row.next() && row.getBoolean(1);
        }
      }
    });
  }

  @Override
  public void put(RunId run, Files files) throws IOException {
    try {
      boolean _ =
          database.write(connection -> {
            boolean exists = lock(connection, run);
            if (exists) {
              replace(connection, run, files);
            }
            return exists;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Keeps others from removing the run meanwhile; returns false if it is gone, or if its files are
   * not those of this instance.
   */
  private boolean lock(Connection connection, RunId run) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT body, "
                + Locks.LIMITS
                + " FROM runs WHERE id = ? AND "
                + Instance.IS_CURRENT
                + " FOR KEY SHARE OF runs")) {
      select.setString(1, run.value());
      instance.set(select, 2);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            && PostgresRuns.decode(run.value(), row.getBytes(1))
                .flatMap(Run::instance)
                .filter(it -> !it.equals(instance.id()))
                .isEmpty();
      }
    }
  }

  private static void replace(Connection connection, RunId run, Files files) throws SQLException {
    try (PreparedStatement delete =
            connection.prepareStatement("DELETE FROM run_files WHERE run = ?");
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      delete.setString(1, run.value());
      delete.executeUpdate();
      files.writeTo(piece -> {
        try {
          set(insert, run, piece, compress(piece.bytes()));
          insert.executeUpdate();
        } catch (SQLException e) {
          throw new WriteFailed(e);
        }
      });
    } catch (WriteFailed e) {
      throw e.reason();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static final String INSERT =
      "INSERT INTO run_files (run, file, position, body) VALUES (?, ?, ?, ?)";

  /**
   * @param body the compressed bytes of the piece
   */
  static void set(PreparedStatement insert, RunId run, ArchivedPiece piece, byte[] body)
      throws SQLException {
    insert.setString(1, run.value());
    insert.setString(2, piece.file());
    insert.setLong(3, piece.position());
    insert.setBytes(4, body);
  }

  /** Carries the failure of a statement out of the reading of files. */
  static final class WriteFailed extends IOException {
    private static final long serialVersionUID = 1L;
    private final SQLException reason;

    WriteFailed(SQLException reason) {
      super(reason);
      this.reason = reason;
    }

    SQLException reason() {
      return reason;
    }
  }

  @Override
  public boolean read(RunId run, Sink to) throws IOException {
    try {
      // A transaction, because only there rows are fetched as they are needed.
      return database.transaction(connection -> {
        try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT file, position, body FROM run_files WHERE run = ? ORDER BY file, position
                """)) {
          select.setFetchSize(ROWS_AT_ONCE);
          select.setString(1, run.value());
          boolean any = false;
          try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              any = true;
              to.take(
                  new ArchivedPiece(rows.getString(1), rows.getLong(2), expand(rows.getBytes(3))));
            }
          }
          return any;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  static byte[] compress(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  static byte[] expand(byte[] compressed) throws IOException {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return gzip.readAllBytes();
    }
  }
}
