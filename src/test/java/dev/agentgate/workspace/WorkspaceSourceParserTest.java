package dev.agentgate.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.git.GitHubHost;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workorder.WorkspaceSource.GitHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceSourceParserTest {
  private static final String UNDETERMINED =
      "Could not determine repository owner. Provide url, owner+repo, or owner/repo format.";

  private final WorkspaceSourceParser parser = parser("https://github.com", Optional.empty());
  private final WorkspaceSourceParser withOwner =
      parser("https://github.com", Optional.of("fallback"));

  private static WorkspaceSourceParser parser(String baseUrl, Optional<String> owner) {
    return new CheckedSourceParser(new GitHubHost(baseUrl), owner, new LocalRoots(List.of()));
  }

  private static WorkspaceSourceParser local(Path... roots) {
    return new CheckedSourceParser(
        new GitHubHost("https://github.com"), Optional.empty(), new LocalRoots(List.of(roots)));
  }

  private static void assertInvalid(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AgentGateException.class,
            e -> assertThat(e.kind()).isEqualTo(AgentGateException.Kind.INVALID))
        .hasMessage(sentence);
  }

  /** What a client sends, named field by field. */
  private record Given(
      Optional<String> type,
      Optional<String> url,
      Optional<String> owner,
      Optional<String> repo,
      Optional<String> branch,
      Optional<String> path,
      Optional<String> ref) {
    Given() {
      this(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    Given type(String value) {
      return new Given(Optional.of(value), url, owner, repo, branch, path, ref);
    }

    Given url(String value) {
      return new Given(type, Optional.of(value), owner, repo, branch, path, ref);
    }

    Given owner(String value) {
      return new Given(type, url, Optional.of(value), repo, branch, path, ref);
    }

    Given repo(String value) {
      return new Given(type, url, owner, Optional.of(value), branch, path, ref);
    }

    Given branch(String value) {
      return new Given(type, url, owner, repo, Optional.of(value), path, ref);
    }

    Given path(String value) {
      return new Given(type, url, owner, repo, branch, Optional.of(value), ref);
    }

    Given ref(String value) {
      return new Given(type, url, owner, repo, branch, path, Optional.of(value));
    }

    WorkspaceSourceInput input() {
      return new WorkspaceSourceInput(type, url, owner, repo, branch, path, ref);
    }
  }

  /** The owner of the repository. */
  @Nested
  class Owners {
    @Test
    void ownerAndRepoNameTheRepository() {
      assertThat(parser.parse(new Given().owner("acme").repo("shop.git").branch("dev").input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.of("dev")));
    }

    @Test
    void aCombinedRepoNamesItsOwner() {
      assertThat(withOwner.parse(new Given().repo("acme/shop").input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.empty()));
    }

    @Test
    void aRepoAloneBelongsToTheConfiguredOwner() {
      assertThat(withOwner.parse(new Given().type("github").repo("shop").input()))
          .isEqualTo(new GitHub("fallback", "shop", Optional.empty()));
    }

    @Test
    void theUrlComesBeforeEverythingElse() {
      assertThat(
              withOwner.parse(
                  new Given().url("https://github.com/a/b").owner("c").repo("d/e").input()))
          .isEqualTo(new GitHub("a", "b", Optional.empty()));
    }

    @Test
    void theOwnerComesBeforeTheConfiguredOne() {
      assertThat(withOwner.parse(new Given().owner("acme").repo("shop").input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.empty()));
    }

    @Test
    void anInvalidUrlIsNotMadeGoodByOwnerAndRepo() {
      assertInvalid(
          () -> parser.parse(new Given().url("nonsense").owner("a").repo("b").input()),
          "Invalid GitHub URL: nonsense");
    }

    @Test
    void emptyTextsCountAsAbsent() {
      assertThat(
              parser.parse(new Given().type("").url("").owner("").repo("a/b").branch("").input()))
          .isEqualTo(new GitHub("a", "b", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "shop",
          "a/b/c",
          "owner/",
          "/repo",
          "/",
          "//",
          "--upload-pack=x",
          "ext::sh",
          "https://github.com/a/b"
        })
    void aRepoWithoutAnOwnerIsRefused(String repo) {
      assertInvalid(() -> parser.parse(new Given().repo(repo).input()), UNDETERMINED);
    }

    @Test
    void nothingAtAllIsRefused() {
      assertInvalid(() -> withOwner.parse(new Given().input()), UNDETERMINED);
      assertInvalid(() -> withOwner.parse(new Given().owner("acme").input()), UNDETERMINED);
    }
  }

  @Nested
  class GitHubUrls {
    @ParameterizedTest
    @CsvSource({
      "https://github.com/acme/shop,",
      "https://github.com/acme/shop.git,",
      "https://github.com/acme/shop/,",
      "https://github.com/acme/shop.git/,",
      "https://GitHub.com/acme/shop,",
      "HTTPS://github.com/acme/shop,",
      "https://github.com/acme/shop/tree/main, main",
      "https://github.com/acme/shop/tree/feature/login/, feature/login",
      "https://github.com/acme/shop/tree/feat/x%231, feat/x#1",
      "https://github.com/acme/shop/tree/100%25/a%2Bb+c, 100%/a+b+c",
      "https://github.com/acme/shop/tree/%E6%97%A5%E6%9C%AC, 日本",
      "https://github.com/acme/shop/tree/日本/%e6%97%a5/, 日本/日",
      "https://github.com/acme/shop/tree/x%252e, x%2e",
      "git@github.com:acme/shop.git,",
      "git@github.com:acme/shop,",
    })
    void everyUrlFormNamesTheRepositoryAndItsBranch(String url, String branch) {
      assertThat(parser.parse(new Given().url(url).input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.ofNullable(branch)));
    }

    @Test
    void aFullNameInTheUrlSaysWhatItIs() {
      String url = "https://github.com/acme/shop/tree/refs/";

      assertThat(parser.parse(new Given().url(url + "heads/feat/x").input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.of("feat/x")));
      assertThat(parser.parse(new Given().url(url + "tags/v1.2%233").input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.empty(), Optional.of("refs/tags/v1.2#3")));
      assertThatThrownBy(() -> parser.parse(new Given().url(url + "pull/1/head").input()))
          .isInstanceOf(InvalidSourceException.class);
    }

    @Test
    void theIdOfACommitInTheUrlIsARef() {
      String id = "0A0A0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
      String url = "https://github.com/acme/shop/tree/" + id + "/";

      assertThat(parser.parse(new Given().url(url).input()))
          .isEqualTo(
              new GitHub(
                  "acme", "shop", Optional.empty(), Optional.of(id.toLowerCase(Locale.ROOT))));
      assertThat(parser.parse(new Given().url(url).branch("new").input()))
          .isEqualTo(new GitHub("acme", "shop", Optional.of("new")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "https://evil.tld/github.com/a/b",
          "https://github.com.evil.tld/a/b",
          "https://evilgithub.com/a/b",
          "https://www.github.com/a/b",
          "http://github.com/a/b",
          "ssh://git@github.com/a/b",
          "git://github.com/a/b",
          "file:///etc/a/b",
          "//github.com/a/b",
          "github.com/a/b",
          "https://github.com@evil.tld/a/b",
          "https://user@github.com/a/b",
          "https://user:secret@github.com/a/b",
          "https://github.com:443/a/b",
          "https://github.com\\@evil.tld/a/b",
          "https://github.com/a/b?x=1",
          "https://github.com/a/b#readme",
          "https://github.com/a",
          "https://github.com/a/",
          "https://github.com//b",
          "https://github.com/a//b",
          "https://github.com/a/b/c",
          "https://github.com/a/b//",
          "https://github.com/a/b/pull/7",
          "https://github.com/a/b/tree",
          "https://github.com/a/b/tree/",
          "https://github.com/a/b/tree/x/../y",
          "https://github.com/a/b/tree/--upload-pack=x",
          "https://github.com/a/b/tree/x%2Fy",
          "https://github.com/a/b/tree/x%2fy",
          "https://github.com/a/b/tree/x%",
          "https://github.com/a/b/tree/x%2",
          "https://github.com/a/b/tree/x%zz",
          "https://github.com/a/b/tree/x%+1",
          "https://github.com/a/b/tree/x%00y",
          "https://github.com/a/b/tree/x%0ay",
          "https://github.com/a/b/tree/x%20y",
          "https://github.com/a/b/tree/%2e%2e",
          "https://github.com/a/b/tree/x/%2E%2E/y",
          "https://github.com/a/b/tree/%2d%2dupload-pack=x",
          "https://github.com/a/b/tree/x%ff",
          "https://github.com/a/b/tree/x%c0%af",
          "https://github.com/a/b/tree/x%ed%a0%80",
          "https://github.com/a/b/tree/x%3ay",
          "https://github.com/a/b/tree/x?y",
          "https://github.com/a/b/tree/x//",
          "https://github.com/../b",
          "https://github.com/a/..",
          "https://github.com/a/.git",
          "https://github.com/a/b.git.git",
          "https://github.com/%61/b",
          "https://github.com/a/%2e%2e",
          "https://github.com/-a/b",
          "https://github.com/a/-b",
          "https://github.com/a b/c",
          " https://github.com/a/b",
          "https://github.com/a/b ",
          "git@evil.tld:a/b.git",
          "git@github.com:../b.git",
          "git@github.com:/a/b.git",
          "git@github.com:a/b/tree/main",
          "root@github.com:a/b.git",
          "git@github.com:-a/b.git",
          "ext::sh",
          "ext::sh -c id",
          "--upload-pack=x",
          "../x",
          "   ",
        })
    void everythingElseIsAnInvalidGitHubUrl(String url) {
      assertInvalid(
          () -> withOwner.parse(new Given().url(url).input()), "Invalid GitHub URL: " + url);
    }

    @Test
    void controlCharactersAreNotRepeated() {
      assertInvalid(
          () -> parser.parse(new Given().url("https://github.com/a/b\nx\u0000").input()),
          "Invalid GitHub URL: https://github.com/a/b\ufffdx\ufffd");
    }

    @Test
    void aHugeUrlIsNotRepeatedWhole() {
      assertThatThrownBy(
              () -> parser.parse(new Given().url("https://x/" + "y".repeat(1_000_000)).input()))
          .isInstanceOf(AgentGateException.class)
          .message()
          .hasSizeLessThan(3000);
    }

    @ParameterizedTest
    @CsvSource({
      "https://ghe.corp.tld, https://ghe.corp.tld/a/b, true",
      "https://ghe.corp.tld/, git@ghe.corp.tld:a/b.git, true",
      "https://ghe.corp.tld, https://github.com/a/b, false",
      "https://ghe.corp.tld, git@github.com:a/b.git, false",
      "https://ghe.corp.tld:8443, https://ghe.corp.tld:8443/a/b, true",
      "https://ghe.corp.tld:8443, https://ghe.corp.tld/a/b, false",
      "https://mirror.tld/github, https://mirror.tld/github/a/b, true",
      "https://mirror.tld/github, https://mirror.tld/a/b, false",
      "file:///srv/git, https://github.com/a/b, true",
      "file:///srv/git, file:///srv/git/a/b, false",
    })
    void theHostIsTheConfiguredOne(String baseUrl, String url, boolean accepted) {
      WorkspaceSourceParser configured = parser(baseUrl, Optional.empty());
      WorkspaceSourceInput input = new Given().url(url).input();
      if (accepted) {
        assertThat(configured.parse(input)).isEqualTo(new GitHub("a", "b", Optional.empty()));
      } else {
        assertInvalid(() -> configured.parse(input), "Invalid GitHub URL: " + url);
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "github.com",
          "https://",
          "https://user:secret@github.com",
          "https://github.com?x",
          "file:",
          "https://git hub.com"
        })
    void aBaseUrlThatCannotWorkIsRefused(String baseUrl) {
      assertThatThrownBy(() -> new GitHubHost(baseUrl))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .doesNotContain("secret");
    }
  }

  /** Branches, tags and commits. */
  @Nested
  class Revisions {
    @Test
    void anExplicitBranchWinsOverTheOneInTheUrl() {
      assertThat(
              parser.parse(
                  new Given().url("https://github.com/a/b/tree/old").branch("new").input()))
          .isEqualTo(new GitHub("a", "b", Optional.of("new")));
    }

    @Test
    void aRefNamesABranchATagOrACommit() {
      String commit = "0123456789abcdef0123456789abcdef01234567";
      for (String ref :
          List.of("main", "v1.0", "refs/heads/v1", "refs/tags/v1#2", commit, "ab".repeat(32))) {
        assertThat(parser.parse(new Given().repo("a/b").ref(ref).input()))
            .isEqualTo(new GitHub("a", "b", Optional.empty(), Optional.of(ref)));
        assertThat(parser.parse(new Given().type("git").url("git@h:x").ref(ref).input()))
            .isEqualTo(new WorkspaceSource.Git("git@h:x", Optional.empty(), Optional.of(ref)));
      }
      assertThat(
              parser.parse(
                  new Given().url("https://github.com/a/b/tree/old").ref("AB".repeat(20)).input()))
          .isEqualTo(new GitHub("a", "b", Optional.empty(), Optional.of("ab".repeat(20))));
    }

    @Test
    void aRefAndABranchTogetherAreRefused() {
      Given both = new Given().repo("a/b").branch("main").ref("v1");
      for (WorkspaceSourceInput input :
          List.of(both.input(), both.type("git").url("git@h:x").input())) {
        assertThatThrownBy(() -> parser.parse(input))
            .isInstanceOfSatisfying(
                InvalidSourceException.class, e -> assertThat(e.field()).isEqualTo("ref"))
            .hasMessage("Name a branch or a ref, not both.");
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "--upload-pack=x",
          "-b",
          "HEAD",
          "@",
          "main~1",
          "v1^{}",
          "main:path",
          "main@{1}",
          "..",
          "a..b",
          "refs/heads/",
          "refs/heads/--x",
          "refs/tags/../x",
          "refs/pull/7/head",
          "refs/agentgate/commits/x",
          "a b",
          "a\nb",
          "a\u0000b",
          "x.lock",
          "\ud800",
          "*",
        })
    void everythingElseIsAnInvalidRef(String ref) {
      assertThatThrownBy(() -> parser.parse(new Given().repo("a/b").ref(ref).input()))
          .isInstanceOfSatisfying(
              InvalidSourceException.class, e -> assertThat(e.field()).isEqualTo("ref"))
          .hasMessageStartingWith("Invalid ref: ");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "-x",
          "--upload-pack=x",
          "HEAD",
          "@",
          "@{-1}",
          "a@{1}",
          "a..b",
          "/a",
          "a/",
          "a//b",
          ".a",
          "a/.b",
          "a.lock",
          "a.lock/b",
          "a.",
          "a b",
          "a~1",
          "a^",
          "a:b",
          "a?",
          "a*",
          "a[b",
          "a\\b",
          "a\nb",
          "a\u007f",
          "\u0085",
          "\ud800",
          "refs/tags/v1",
          "refs/heads/",
          "refs/heads/-x",
          "refs/heads/refs/heads/x",
          "../x"
        })
    void aBranchNameGitDoesNotAllowIsRefused(String branch) {
      assertThatThrownBy(() -> parser.parse(new Given().repo("a/b").branch(branch).input()))
          .isInstanceOfSatisfying(
              AgentGateException.class,
              e -> assertThat(e.kind()).isEqualTo(AgentGateException.Kind.INVALID))
          .hasMessageStartingWith("Invalid branch name: ");
      assertThatThrownBy(() ->
              parser.parse(new Given().type("git").url("https://x.tld/a").branch(branch).input()))
          .hasMessageStartingWith("Invalid branch name: ");
    }

    @ParameterizedTest
    @CsvSource({
      "main, main",
      "feature/a-b_c.d, feature/a-b_c.d",
      "refs/heads/main, main",
      "x@y, x@y",
      "ünï, ünï",
      "a#1, a#1"
    })
    void aBranchNameGitAllowsIsAccepted(String branch, String name) {
      assertThat(parser.parse(new Given().repo("a/b").branch(branch).input()))
          .isEqualTo(new GitHub("a", "b", Optional.of(name)));
    }

    @Test
    void aBranchNameTooLongForAFileIsRefused() {
      assertThat(parser.parse(new Given().repo("a/b").branch("x".repeat(250)).input()))
          .isInstanceOf(GitHub.class);
      assertInvalid(
          () -> parser.parse(new Given().repo("a/b").branch("ä".repeat(126)).input()),
          "Invalid branch name: " + "ä".repeat(126));
    }
  }

  /** What GitHub allows. */
  @Nested
  class Names {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "..",
          "-a",
          "a-",
          "a--b",
          "a.b",
          "a b",
          "a:b",
          "a%b",
          "_a",
          "ä",
          "a\nb",
          "--upload-pack=x"
        })
    void anOwnerGitHubDoesNotAllowIsRefused(String owner) {
      String shown = owner.replace('\n', '\ufffd');
      assertInvalid(
          () -> parser.parse(new Given().owner(owner).repo("shop").input()),
          "Invalid repository owner: " + shown);
      assertInvalid(
          () -> parser.parse(new Given().repo(owner + "/shop").input()),
          "Invalid repository owner: " + shown);
      assertInvalid(
          () ->
              parser("https://github.com", Optional.of(owner))
                  .parse(new Given().repo("shop").input()),
          "Invalid repository owner: " + shown);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          ".",
          "..",
          ".git",
          "-x",
          "--upload-pack=x",
          "ext::sh",
          "a b",
          "a:b",
          "a%2f",
          "a\\b",
          "ö",
          "a.git.git",
          "a.GIT",
          "a\u0000"
        })
    void aNameGitHubDoesNotAllowIsRefused(String repo) {
      String shown = repo.replace('\0', '\ufffd');
      assertInvalid(
          () -> parser.parse(new Given().owner("acme").repo(repo).input()),
          "Invalid repository name: " + shown);
      assertInvalid(
          () -> withOwner.parse(new Given().repo(repo).input()),
          "Invalid repository name: " + shown);
    }

    @Test
    void namesMayBeAsLongAsGitHubAllows() {
      String owner = "a".repeat(39);
      String repo = "b".repeat(100);
      assertThat(parser.parse(new Given().owner(owner).repo(repo).input()))
          .isEqualTo(new GitHub(owner, repo, Optional.empty()));
      assertInvalid(
          () -> parser.parse(new Given().owner(owner + "a").repo(repo).input()),
          "Invalid repository owner: " + owner + "a");
      assertInvalid(
          () -> parser.parse(new Given().owner(owner).repo(repo + "b").input()),
          "Invalid repository name: " + repo + "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"octo-cat", "0x", "octo_corp", "A-b-C"})
    void ownersOfAllAllowedFormsAreAccepted(String owner) {
      assertThat(parser.parse(new Given().repo(owner + "/x").input()))
          .isEqualTo(new GitHub(owner, "x", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {".github", "a.b", "_x", "x-", "1", "a..b"})
    void namesOfAllAllowedFormsAreAccepted(String repo) {
      assertThat(parser.parse(new Given().repo("acme/" + repo).input()))
          .isEqualTo(new GitHub("acme", repo, Optional.empty()));
    }
  }

  @Nested
  class OtherTypes {
    @ParameterizedTest
    @ValueSource(strings = {"svn", "GitHub", "--x", "a\nb"})
    void anUnknownTypeIsRefused(String type) {
      assertInvalid(
          () -> parser.parse(new Given().type(type).repo("a/b").input()),
          "Unknown workspaceSource type: "
              + type.replace('\n', '\ufffd')
              + ". Use github, git, local or empty.");
    }

    @Test
    void emptyNeedsNothing() {
      assertThat(parser.parse(new Given().type("empty").input()))
          .isEqualTo(new WorkspaceSource.Empty());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "https://gitlab.com/group/sub/project.git",
          "https://dev.azure.com/o/My%20Project/_git/x",
          "https://[::1]:8443/x",
          "ssh://git@host.tld:2222/a/b.git",
          "ssh://host.tld/~me/b",
          "git@gitlab.com:group/project.git",
          "me@host.tld:~/x",
        })
    void otherRemotesAreAccepted(String url) {
      assertThat(parser.parse(new Given().type("git").url(url).branch("main").input()))
          .isEqualTo(new WorkspaceSource.Git(url, Optional.of("main")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "ext::sh -c id",
          "ext::https://x.tld/a",
          "fd::7",
          "--upload-pack=x",
          "-x",
          "/etc",
          "./x",
          "x",
          "host:path",
          "http://host.tld/x",
          "git://host.tld/x",
          "ftp://host.tld/x",
          "HTTPS://host.tld/x",
          "https://-host/x",
          "https:///x",
          "https://host.tld",
          "https://host.tld/a b",
          "https://host.tld/a\nb",
          "https://host.tld/a?b",
          "https://host.tld/../x",
          "ssh://-oProxyCommand=id/x",
          "ssh://-l@host/x",
          "ssh://a@-oProxyCommand=id/x",
          "ssh://host/%0a",
          "ssh://host/a'b",
          "-oProxyCommand=id@host:x",
          "a@-oProxyCommand=id:x",
          "a@host:-x",
          "a@host::x",
          "a@host:x;id",
          "a@host:$(id)",
          "a@host:../x",
          "file:///etc",
          "file://host/etc",
        })
    void otherRemotesOfAnotherFormAreRefused(String url) {
      assertInvalid(
          () -> parser.parse(new Given().type("git").url(url).input()),
          "Invalid git URL: "
              + url.replace('\n', '\ufffd')
              + ". Use https://host/path, ssh://user@host/path or user@host:path.");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "https://secret@host.tld/x",
          "https://me:secret@host.tld/x",
          "http://me:secret@host.tld/x",
          "ssh://me:secret@host.tld/x",
          "HTTPS://me:secret@host.tld/x"
        })
    void credentialsInAGitUrlAreRefusedAndNotRepeated(String url) {
      assertThatThrownBy(() -> parser.parse(new Given().type("git").url(url).input()))
          .isInstanceOf(AgentGateException.class)
          .hasMessageContaining("must not contain credentials")
          .message()
          .doesNotContain("secret");
    }

    @Test
    void aGitSourceNeedsAUrlAndALocalOneAPath() {
      assertInvalid(
          () -> parser.parse(new Given().type("git").repo("a/b").input()),
          "A workspaceSource of type git needs a url.");
      assertInvalid(
          () -> parser.parse(new Given().type("local").input()),
          "A workspaceSource of type local needs a path.");
    }
  }

  @Nested
  class LocalPaths {
    @Test
    void withoutRootsNoLocalPathIsAllowed(@TempDir Path directory) {
      assertInvalid(
          () -> parser.parse(new Given().type("local").path(directory.toString()).input()),
          "Local workspaces are not enabled: no root directory is allowed.");
    }

    @Test
    void aLocalPathMustBeADirectoryBelowARoot(@TempDir Path directory) throws IOException {
      Path root = Files.createDirectory(directory.resolve("root"));
      Path inside = Files.createDirectories(root.resolve("a/b"));
      Path outside = Files.createDirectory(directory.resolve("root-beside"));
      Files.writeString(root.resolve("file"), "");
      Files.createSymbolicLink(root.resolve("out"), outside);
      Files.createSymbolicLink(root.resolve("in"), inside);
      Files.createSymbolicLink(directory.resolve("alias"), root);
      WorkspaceSourceParser local = local(root, directory.resolve("missing-root"));

      for (Path allowed : List.of(root, inside, root.resolve("in"), directory.resolve("alias/a"))) {
        assertThat(local.parse(new Given().type("local").path(allowed + "/").input()))
            .isEqualTo(new WorkspaceSource.Local(allowed.toString()));
      }
      for (String refused :
          List.of(
              outside.toString(),
              directory.toString(),
              root.resolve("file").toString(),
              root.resolve("missing").toString(),
              root.resolve("out").toString(),
              root + "/../root-beside",
              root + "/a/../a",
              "root/a",
              "..",
              "-x",
              "~")) {
        assertInvalid(
            () -> local.parse(new Given().type("local").path(refused).input()),
            "Local path is not a directory below an allowed root: " + refused);
      }
      assertThatThrownBy(() -> local.parse(new Given().type("local").path(root + "\0").input()))
          .isInstanceOf(AgentGateException.class);
    }

    @Test
    void aFileUrlMustLeadBelowARoot(@TempDir Path directory) throws IOException {
      Path root = Files.createDirectory(directory.resolve("root"));
      Path inside = Files.createDirectory(root.resolve("a.git"));
      Files.createSymbolicLink(root.resolve("out"), directory);
      WorkspaceSourceParser local = local(root);

      assertThat(local.parse(new Given().type("git").url("file://" + inside).input()))
          .isEqualTo(new WorkspaceSource.Git("file://" + inside, Optional.empty()));
      for (String refused : List.of(directory.toString(), root + "/out", root + "/%2e%2e")) {
        assertThatThrownBy(
                () -> local.parse(new Given().type("git").url("file://" + refused).input()))
            .hasMessageStartingWith("Invalid git URL: ");
      }
    }
  }
}
