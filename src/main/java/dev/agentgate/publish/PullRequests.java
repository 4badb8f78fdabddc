package dev.agentgate.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.publish.GitHubApi.Answer;
import dev.agentgate.workorder.Publication.PullRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes pull requests on GitHub, one for each branch.
 *
 * @see <a href="https://docs.github.com/en/rest/pulls/pulls">REST API endpoints for pull
 *     requests</a>
 */
final class PullRequests {
  private static final int INVALID = 422;
  private static final String EXISTS = "pull request already exists";

  private final GitHubApi api;

  PullRequests(GitHubApi api) {
    this.api = api;
  }

  /**
   * A pull request as it should be.
   *
   * @param owner of the repository that has both branches
   * @param head the branch with the changes
   * @param base the branch that the changes are for
   * @param draft counts for a new one only: GitHub does not change it by this API
   */
  record Wanted(
      String owner,
      String repository,
      String head,
      String base,
      String title,
      String body,
      boolean draft,
      List<String> labels) {}

  /** Updates the open pull request of the branch, or creates one. Idempotent. */
  PullRequest ensure(Wanted wanted) throws PublishFailedException, InterruptedException {
    Optional<JsonNode> open = find(wanted);
    JsonNode there = open.isPresent() ? open.get() : create(wanted);
    if (differs(there, wanted)) {
      there = update(there, wanted);
    }
    addLabels(there, wanted);
    return new PullRequest(number(there), url(there));
  }

  private Optional<JsonNode> find(Wanted wanted)
      throws PublishFailedException, InterruptedException {
    String head = URLEncoder.encode(wanted.owner() + ":" + wanted.head(), StandardCharsets.UTF_8);
    JsonNode list = api.get(pulls(wanted) + "?state=open&head=" + head);
    for (JsonNode pull : list) {
      // GitHub ignores a filter that it cannot read.
      if (pull.path("head").path("ref").asText().equals(wanted.head())) {
        return Optional.of(pull);
      }
    }
    return Optional.empty();
  }

  private JsonNode create(Wanted wanted) throws PublishFailedException, InterruptedException {
    ObjectNode body = content(wanted);
    body.put("head", wanted.head());
    body.put("draft", wanted.draft());
    Answer answer = api.send("POST", pulls(wanted), body, Set.of(INVALID));
    if (answer.status() != INVALID) {
      return answer.body();
    }
    String words = GitHubRefusal.words(answer.body());
    if (words.contains(EXISTS)) {
      Optional<JsonNode> made = find(wanted);
      if (made.isPresent()) {
        return made.get();
      }
    }
    throw PublishFailedException.permanent("GitHub refused the pull request: " + words);
  }

  private JsonNode update(JsonNode pull, Wanted wanted)
      throws PublishFailedException, InterruptedException {
    return api.send("PATCH", pulls(wanted) + "/" + number(pull), content(wanted), Set.of()).body();
  }

  private void addLabels(JsonNode pull, Wanted wanted)
      throws PublishFailedException, InterruptedException {
    if (wanted.labels().isEmpty()) {
      return;
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode names = body.putArray("labels");
    wanted.labels().forEach(names::add);
    // For GitHub, every pull request is an issue.
    api.send("POST", repository(wanted) + "/issues/" + number(pull) + "/labels", body, Set.of());
  }

  private static boolean differs(JsonNode pull, Wanted wanted) {
    return !pull.path("title").asText().equals(wanted.title())
        || !pull.path("body").asText("").equals(wanted.body())
        || !pull.path("base").path("ref").asText().equals(wanted.base());
  }

  private static ObjectNode content(Wanted wanted) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("title", wanted.title())
        .put("body", wanted.body())
        .put("base", wanted.base());
  }

  private static long number(JsonNode pull) throws PublishFailedException {
    if (!pull.path("number").isIntegralNumber()) {
      throw PublishFailedException.permanent("GitHub's answer is not a pull request");
    }
    return pull.path("number").longValue();
  }

  private static String url(JsonNode pull) throws PublishFailedException {
    String url = pull.path("html_url").asText();
    if (!url.startsWith("https://") && !url.startsWith("http://")) {
      throw PublishFailedException.permanent("GitHub's answer has no address of a pull request");
    }
    return url;
  }

  private static String pulls(Wanted wanted) {
    return repository(wanted) + "/pulls";
  }

  /** The names are made of characters that need no encoding. */
  private static String repository(Wanted wanted) {
    return "/repos/" + wanted.owner() + "/" + wanted.repository();
  }
}
