package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.UsageLedger;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The ledger in files, one for each day. Each note is synced before it is acknowledged. The sums of
 * the latest days stay in memory.
 */
final class FileUsageLedger implements UsageLedger {
  /** Runs that are noted today may have started yesterday. */
  private static final int DAYS_IN_MEMORY = 3;

  private static final int DAYS_OF_LATEST_COSTS = 31;

  private final OpenIndex index;
  private final ConfiguredDirectory place;
  private final UsageFiles files;

  /** Guards the writes, and all that is in memory. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<LocalDate, UsageDay> days = new LinkedHashMap<>();
  private final Map<String, Deque<BigDecimal>> latestCosts = new HashMap<>();

  /** The runs whose lines may be in a file but not on disk, because a sync failed. */
  private final Set<RunId> unsure = new HashSet<>();

  /**
   * @param place checked before and after each write
   */
  FileUsageLedger(OpenIndex index, Path dataDir, ConfiguredDirectory place) {
    this.index = index;
    this.place = place;
    this.files = new UsageFiles(dataDir);
  }

  @Override
  public void note(RunUsage used) {
    index.check();
    place.check();
    lock.lock();
    try {
      UsageDay day = day(used.day());
      if (day.contains(used.run()) && !unsure.contains(used.run())) {
        return;
      }
      unsure.add(used.run());
      files.append(used);
      place.checkForFile();
      unsure.remove(used.run());
      day.add(used);
      Deque<BigDecimal> costs = latestCosts.get(used.agentType());
      if (costs != null) {
        used.usage().costUsd().ifPresent(cost -> addCost(costs, cost));
      }
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "What the run used cannot be written: " + Journal.reason(e) + ".", e);
    } finally {
      lock.unlock();
    }
  }

  private static void addCost(Deque<BigDecimal> costs, BigDecimal cost) {
    costs.addLast(cost);
    if (costs.size() > LATEST) {
      costs.removeFirst();
    }
  }

  private UsageDay day(LocalDate date) throws IOException {
    UsageDay known = days.get(date);
    if (known != null) {
      return known;
    }
    UsageDay day = new UsageDay();
    // An earlier process may have died between a write and its sync.
    files.sync(date);
    int _ = files.read(date, day::add);
    days.put(date, day);
    if (days.size() > DAYS_IN_MEMORY) {
      days.remove(days.keySet().iterator().next());
    }
    return day;
  }

  @Override
  public void forEach(Optional<Instant> from, Optional<Instant> to, Consumer<RunUsage> consumer) {
    index.check();
    try {
      for (LocalDate day : files.days()) {
        if (mayHold(day, from, to)) {
          int _ =
              files.read(
                  day,
                  used -> {
                    if (used.startedIn(from, to)) {
                      consumer.accept(used);
                    }
                  });
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static boolean mayHold(LocalDate day, Optional<Instant> from, Optional<Instant> to) {
    Instant begin = day.atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    return from.filter(first -> !first.isBefore(end)).isEmpty()
        && to.filter(last -> !last.isAfter(begin)).isEmpty();
  }

  @Override
  public Map<String, Usage> ofDay(LocalDate day) {
    index.check();
    lock.lock();
    try {
      return day(day).byAgent();
    } catch (IOException e) {
      throw unreadable(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<BigDecimal> latestCosts(String agentType, int most) {
    index.check();
    lock.lock();
    try {
      Deque<BigDecimal> costs = latestCosts.get(agentType);
      if (costs == null) {
        costs = readLatestCosts(agentType);
        latestCosts.put(agentType, costs);
      }
      return costs.reversed().stream().limit(most).toList();
    } catch (IOException e) {
      throw unreadable(e);
    } finally {
      lock.unlock();
    }
  }

  private Deque<BigDecimal> readLatestCosts(String agentType) throws IOException {
    Deque<BigDecimal> latest = new ArrayDeque<>();
    for (LocalDate day : files.days().stream().limit(DAYS_OF_LATEST_COSTS).toList()) {
      List<BigDecimal> costs = new ArrayList<>();
      int _ =
          files.read(
              day,
              used -> {
                if (used.agentType().equals(agentType)) {
                  used.usage().costUsd().ifPresent(costs::add);
                }
              });
      costs.reversed().stream().limit(LATEST - latest.size()).forEach(latest::addFirst);
      if (latest.size() == LATEST) {
        break;
      }
    }
    return latest;
  }

  private static StoreUnavailableException unreadable(IOException e) {
    return new StoreUnavailableException(
        "What runs used cannot be read: " + Journal.reason(e) + ".", e);
  }
}
