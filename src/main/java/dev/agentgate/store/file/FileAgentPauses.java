package dev.agentgate.store.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.agentgate.store.AgentPauses;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.json.AgentPauseCodec;
import dev.agentgate.store.json.JsonFields;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.AgentPause;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/** The pauses of agents, in one small file that is replaced and synced with each change. */
final class FileAgentPauses implements AgentPauses {
  private static final Logger LOG = Logger.getLogger(FileAgentPauses.class);
  private static final String FILE = "agent-pauses.json";
  private static final int SCHEMA_VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private final Path directory;
  private final ConfiguredDirectory place;

  /** Guards the file. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Map<String, AgentPause> pauses;

  /**
   * Reads the pauses. If the file is damaged, no agent is paused: a limit that still holds shows
   * itself again with the next run.
   */
  FileAgentPauses(Path directory, ConfiguredDirectory place) throws IOException {
    this.directory = directory;
    this.place = place;
    Map<String, AgentPause> read = Map.of();
    try {
      read = read(directory);
    } catch (UnreadableRecordException e) {
      LOG.warnf("The pauses of agents cannot be read, so no agent is paused: %s", e.getMessage());
    }
    this.pauses = read;
  }

  /**
   * Reads the pauses that are kept in a data directory.
   *
   * @throws UnreadableRecordException if the file is damaged
   */
  static Map<String, AgentPause> read(Path directory)
      throws IOException, UnreadableRecordException {
    Path file = directory.resolve(FILE);
    try {
      OrderFiles.Content content = OrderFiles.read(file.toFile());
      return decode(content.bytes(), content.length());
    } catch (FileNotFoundException e) {
      // Java also throws this if there is no descriptor left to open the file.
      if (!Files.notExists(file)) {
        throw e;
      }
      return Map.of();
    }
  }

  @Override
  public Map<String, AgentPause> all() {
    return pauses;
  }

  @Override
  public void set(String agentType, Optional<AgentPause> pause) {
    place.check();
    lock.lock();
    try {
      write(agentType, pause);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean replace(
      String agentType, Optional<AgentPause> before, Optional<AgentPause> pause) {
    place.check();
    lock.lock();
    try {
      boolean isSame = Optional.ofNullable(pauses.get(agentType)).equals(before);
      if (isSame) {
        write(agentType, pause);
      }
      return isSame;
    } finally {
      lock.unlock();
    }
  }

  private void write(String agentType, Optional<AgentPause> pause) {
    Map<String, AgentPause> changed = new TreeMap<>(pauses);
    if (pause.isPresent()) {
      changed.put(agentType, pause.get());
    } else {
      changed.remove(agentType);
    }
    try {
      OrderFiles.replaceDurably(directory, FILE, encode(changed));
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "The pause of the agent cannot be written: " + Journal.reason(e) + ".", e);
    }
    pauses = Map.copyOf(changed);
  }

  private static byte[] encode(Map<String, AgentPause> pauses) throws IOException {
    try (ByteArrayBuilder out = new ByteArrayBuilder(512)) {
      try (JsonGenerator to = JSON.createGenerator(out)) {
        to.useDefaultPrettyPrinter();
        to.writeStartObject();
        to.writeNumberField("schemaVersion", SCHEMA_VERSION);
        to.writeObjectFieldStart("agents");
        for (Map.Entry<String, AgentPause> pause : new TreeMap<>(pauses).entrySet()) {
          to.writeFieldName(pause.getKey());
          AgentPauseCodec.write(to, pause.getValue());
        }
        to.writeEndObject();
        to.writeEndObject();
      }
      return out.toByteArray();
    }
  }

  private static Map<String, AgentPause> decode(byte[] json, int length)
      throws UnreadableRecordException {
    int schemaVersion = 0;
    Map<String, AgentPause> pauses = new TreeMap<>();
    try (JsonParser from = JSON.createParser(json, 0, length)) {
      JsonFields.begin(from);
      for (String field = from.nextFieldName(); field != null; field = from.nextFieldName()) {
        from.nextToken();
        switch (field) {
          case "schemaVersion" ->
              schemaVersion = JsonFields.integer(from, field, 1, Integer.MAX_VALUE);
          case "agents" -> {
            JsonFields.expect(from, JsonToken.START_OBJECT, field);
            for (String type = from.nextFieldName(); type != null; type = from.nextFieldName()) {
              from.nextToken();
              pauses.put(type, AgentPauseCodec.read(from));
            }
          }
          default -> from.skipChildren();
        }
      }
    } catch (IOException e) {
      throw JsonFields.malformed(e);
    }
    if (schemaVersion != SCHEMA_VERSION) {
      throw new UnreadableRecordException("unknown schemaVersion " + schemaVersion);
    }
    return Map.copyOf(pauses);
  }
}
