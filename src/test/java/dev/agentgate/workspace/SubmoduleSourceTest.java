package dev.agentgate.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.git.Access;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.MirrorCache.Remote;
import dev.agentgate.git.Revision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmoduleSourceTest {
  private static final Revision COMMIT = new Revision.Commit("0a".repeat(20));
  private static final Remote ON_HOST =
      new Remote("https://github.com/acme/shop.git", new Access("https", true), COMMIT);
  private static final Remote ELSEWHERE =
      new Remote("https://git.example.org/acme/shop.git", new Access("https", false), COMMIT);

  @TempDir private Path root;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../lib.git",
        "../lib",
        "./../../acme/lib.git",
        "../../acme/lib/",
        "https://github.com/acme/lib",
        "https://GITHUB.com/acme/lib.git",
        "git@github.com:acme/lib.git",
        "ssh://git@github.com/acme/lib.git",
        "SSH://git@GitHub.com/acme/lib"
      })
  void onTheHostTheTokenMayBeAskedFor(String url) {
    assertThat(find(url, ON_HOST))
        .contains(new Remote("https://github.com/acme/lib.git", new Access("https", true), COMMIT));
  }

  @ParameterizedTest
  @CsvSource({
    "https://github.com.evil.tld/acme/lib, https://github.com.evil.tld/acme/lib",
    "https://evil.tld/acme/lib, https://evil.tld/acme/lib",
    "../../../evil.tld/lib, https://evil.tld/lib",
    "https://gist.github.com/acme/lib, https://gist.github.com/acme/lib",
    "git@evil.tld:acme/lib.git, git@evil.tld:acme/lib.git",
    "ssh://git@github.com.evil.tld/acme/lib, ssh://git@github.com.evil.tld/acme/lib",
    "ssh://git@github.com:2222/acme/lib, ssh://git@github.com:2222/acme/lib",
  })
  void elsewhereTheTokenStaysAtHome(String url, String fetched) {
    assertThat(find(url, ON_HOST))
        .hasValueSatisfying(remote -> {
          assertThat(remote.url()).startsWith(fetched);
          assertThat(remote.access().withToken())
              .isEqualTo(remote.url().startsWith("https://github.com/"));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"../lib.git", "https://github.com/acme/private", "git@github.com:a/b"})
  void aRepositoryFromElsewhereGetsNothingWithTheToken(String url) {
    assertThat(find(url, ELSEWHERE))
        .hasValueSatisfying(remote -> assertThat(remote.access().withToken()).isFalse());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "/etc",
        "lib",
        "--upload-pack=touch x",
        "-x",
        "ext::sh -c id",
        "ext::sh",
        "http://github.com/acme/lib",
        "http://127.0.0.1/x",
        "git://github.com/acme/lib",
        "https://user:secret@evil.tld/x",
        "https://x-access-token@github.com/acme/lib",
        "https://github.com/acme/../x/y/..",
        "../lib\nx",
        "../../../../../../..",
        "../--upload-pack=x\u0000",
      })
  void everythingElseIsRefused(String url) {
    assertThat(find(url, ON_HOST)).isEmpty();
    assertThat(find("file://" + root, ON_HOST)).as("a local path").isEmpty();
    assertThat(find("file://" + root, ELSEWHERE)).as("a local path").isEmpty();
  }

  @Test
  void aLocalRepositoryReachesOthersBelowTheRootsOnly() throws Exception {
    Files.createDirectories(root.resolve("inside/a"));
    Files.createDirectories(root.resolve("inside/b"));
    Files.createDirectories(root.resolve("outside"));
    Remote local = new Remote("file://" + root + "/inside/a", new Access("file", false), COMMIT);
    SubmoduleSource sources =
        new SubmoduleSource(
            new GitHubHost("https://github.com"), new LocalRoots(List.of(root.resolve("inside"))));

    assertThat(sources.find("../b", local, COMMIT))
        .hasValueSatisfying(
            remote -> assertThat(remote.url()).isEqualTo("file://" + root + "/inside/b"));
    for (String url : List.of("../../outside", "file://" + root + "/outside", "/etc", "../b/..")) {
      assertThat(sources.find(url, local, COMMIT)).as(url).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://h/a/b.git, ../c.git, https://h/a/c.git",
    "https://h/a/b.git/, ./c, https://h/a/b.git/c",
    "git@h:a/b.git, ../c.git, git@h:a/c.git",
    "git@h:b.git, ../c.git, git@h:c.git",
    "file:///srv/a%20b/x, ../y, file:///srv/a%20b/y",
  })
  void relativeUrlsAreResolvedAsGitDoes(String base, String relative, String resolved) {
    assertThat(SubmoduleSource.resolve(base, relative)).isEqualTo(resolved);
  }

  private Optional<Remote> find(String url, Remote parent) {
    return new SubmoduleSource(new GitHubHost("https://github.com"), new LocalRoots(List.of(root)))
        .find(url, parent, COMMIT);
  }
}
