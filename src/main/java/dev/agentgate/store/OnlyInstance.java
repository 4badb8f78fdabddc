package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The one instance that a store which is not shared admits. What it announces stays in memory. */
public final class OnlyInstance implements Instances {
  private static final int SECRET_BYTES = 32;

  private final InstanceId id;
  private final Clock clock;
  private final Instant startedAt;
  private final String secret;
  private volatile InstanceStatus status = InstanceStatus.UNKNOWN;

  /**
   * @param id the instance that opened the store
   */
  public OnlyInstance(InstanceId id, Clock clock) {
    this.id = id;
    this.clock = clock;
    this.startedAt = clock.instant();
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    this.secret = HexFormat.of().formatHex(random);
  }

  @Override
  public boolean shared() {
    return false;
  }

  @Override
  public void announce(InstanceStatus self) {
    status = self;
  }

  @Override
  public List<InstanceInfo> all() {
    return List.of(
        new InstanceInfo(id, status, startedAt, clock.instant(), Optional.empty(), true));
  }

  @Override
  public Optional<InstanceInfo> find(InstanceId wanted) {
    return all().stream().filter(it -> it.id().equals(wanted)).findFirst();
  }

  @Override
  public String secret() {
    return secret;
  }
}
