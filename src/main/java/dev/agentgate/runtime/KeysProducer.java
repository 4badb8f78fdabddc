package dev.agentgate.runtime;

import dev.agentgate.api.access.Access;
import dev.agentgate.api.access.ApiKeys;
import dev.agentgate.config.AuthConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.runtime.check.StartChecks;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;

/** The configured keys as beans. */
@Singleton
class KeysProducer {
  /** The callers that are known; opened after the checks, which say what is wrong with the keys. */
  @Produces
  @Singleton
  Access access(Settings settings, StartChecks checks) throws IOException {
    checks.enforce();
    AuthConfig auth = settings.auth();
    return new Access(ApiKeys.read(auth.apiKey(), auth.keysFile().map(Path::of)), auth.anonymous());
  }
}
