package dev.agentgate.runtime;

import dev.agentgate.config.GitConfig;
import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.publish.GitHubApi;
import dev.agentgate.publish.Publications;
import dev.agentgate.publish.Publisher;
import dev.agentgate.publish.Publisher.Author;
import dev.agentgate.publish.TakenOverChanges;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.queue.RunChanges;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Builds what publishes the changes of runs. */
@Singleton
class PublishProducer {
  private static final Duration API_TIMEOUT = Duration.ofSeconds(30);

  /** The longest time for a commit and its push. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(15);

  private final Optional<GitHubApi> api;
  private final Publications publications;

  PublishProducer(Settings settings, Foundation foundation, QueueModule queue, RunChanges changes) {
    api = api(settings.github());
    GitConfig git = settings.git();
    publications =
        new Publications(
            queue.publications(),
            new Publisher(
                    foundation.commits(),
                    new TakenOverChanges(
                        foundation.store().runs(), changes, foundation.commits()::isHere),
                    api,
                    new Author(git.authorName(), git.authorEmail()),
                    LIMIT)
                ::publish,
            FIRST_PAUSE);
  }

  private static Optional<GitHubApi> api(GithubConfig github) {
    Optional<URI> url =
        github.apiUrl().map(URI::create).or(() -> new GitHubHost(github.baseUrl()).apiUrl());
    return github
        .token()
        .filter(token -> !token.isEmpty())
        .flatMap(token ->
            // GitHub's times follow the wall clock.
            url.map(
                it -> new GitHubApi(it, token, API_TIMEOUT, Clock.systemUTC(), System.getenv())));
  }

  @PreDestroy
  void close() {
    api.ifPresent(GitHubApi::close);
  }

  @Produces
  @Singleton
  Publications publications() {
    return publications;
  }
}
