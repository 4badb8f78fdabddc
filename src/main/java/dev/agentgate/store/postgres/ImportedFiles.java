package dev.agentgate.store.postgres;

import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.postgres.PostgresImport.FilesOf;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The files of many runs in the archive, in the caller's transaction. Failures of files are {@link
 * UncheckedIOException}s.
 */
final class ImportedFiles {
  /**
   * Pieces are collected up to so many bytes, uncompressed, before they are sent: the database ends
   * a transaction that is silent for seconds.
   */
  private static final int SENT_AT_ONCE = 8 << 20;

  private ImportedFiles() {}

  /** Adds the files of runs that have none there. */
  static void put(Connection connection, Collection<RunId> runs, FilesOf files)
      throws SQLException {
    Set<RunId> missing = new HashSet<>(runs);
    missing.removeAll(archived(connection, runs));
    insertFiles(connection, missing, files);
  }

  /** Removes the files of runs. */
  static void remove(Connection connection, Collection<RunId> runs) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM run_files WHERE run = ANY (?)")) {
      Parameters _ = new Parameters(delete).plain(runs.stream().map(RunId::value).toList());
      delete.executeUpdate();
    }
  }

  private static Set<RunId> archived(Connection connection, Collection<RunId> runs)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT DISTINCT run FROM run_files WHERE run = ANY (?)")) {
      Parameters _ = new Parameters(select).plain(runs.stream().map(RunId::value).toList());
      Set<RunId> archived = new HashSet<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          RunId.parse(rows.getString(1)).ifPresent(archived::add);
        }
      }
      return archived;
    }
  }

  private static void insertFiles(Connection connection, Set<RunId> runs, FilesOf files)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(PostgresRunArchive.INSERT)) {
      int[] unsent = new int[1];
      for (RunId run : runs) {
        files.writeTo(
            run,
            piece -> {
              try {
                PostgresRunArchive.set(
                    insert, run, piece, PostgresRunArchive.compress(piece.bytes()));
                insert.addBatch();
                unsent[0] += piece.bytes().length;
                if (unsent[0] > SENT_AT_ONCE) {
                  insert.executeBatch();
                  unsent[0] = 0;
                }
              } catch (SQLException e) {
                throw new PostgresRunArchive.WriteFailed(e);
              }
            });
      }
      insert.executeBatch();
    } catch (PostgresRunArchive.WriteFailed e) {
      throw e.reason();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands over the files of runs, in no order. */
  static void read(Connection connection, Collection<RunId> runs, ImportCheck.Sink to)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT run, file, position, body FROM run_files WHERE run = ANY (?)")) {
      select.setFetchSize(PostgresRunArchive.ROWS_AT_ONCE);
      Parameters _ = new Parameters(select).plain(runs.stream().map(RunId::value).toList());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          to.take(
              new RunId(rows.getString(1)),
              new ArchivedPiece(
                  rows.getString(2), rows.getLong(3), PostgresRunArchive.expand(rows.getBytes(4))));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
