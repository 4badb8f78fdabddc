package dev.agentgate.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.api.access.Area;
import dev.agentgate.api.page.PageFiles.PageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageFilesTest {
  private static final Path SOURCES = Path.of("src/main/resources/dev/agentgate/page");
  private static final Pattern NAMED = Pattern.compile("\"\\{files}/([^\"]+)\"");
  private static final Pattern IMPORTED =
      Pattern.compile("(?:from |import\\(|new URL\\()'\\./([^']+)'");

  private final PageFiles files = PageFiles.read();

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<String> named() {
    return NAMED
        .matcher(read(SOURCES.resolve("index.html")))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> all = Files.list(SOURCES)) {
      return all.sorted().toList();
    }
  }

  @Test
  void theDocumentNamesEveryFileAndNoneThatIsMissing() throws IOException {
    Set<String> written =
        sources().stream()
            .map(file -> file.getFileName().toString())
            .filter(name -> !name.equals("index.html"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(named().stream().filter(name -> !name.startsWith("lib/")))
        .hasSameElementsAs(written);
    assertThat(named()).allSatisfy(name -> assertThat(find(name)).isPresent());
  }

  private Optional<PageFile> find(String name) {
    return files.find(files.hash() + "/" + name);
  }

  @Test
  void everyImportIsOfAFileThatIsServed() throws IOException {
    for (Path file : sources()) {
      assertThat(IMPORTED.matcher(read(file)).results().map((MatchResult it) -> it.group(1)))
          .as(file.toString())
          .allSatisfy(name -> assertThat(named()).contains(name));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dangerouslySetInnerHTML",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "createContextualFragment",
        "setHTMLUnsafe",
        "DOMParser",
        "document.write",
        "srcdoc",
        "javascript:",
        "eval(",
        "new Function",
        " style=\"",
        "https://cdn"
      })
  void nothingMakesMarkupOrCodeOfAText(String way) throws IOException {
    for (Path file : sources()) {
      assertThat(read(file)).as(file.toString()).doesNotContain(way);
    }
  }

  @Test
  void theDocumentHasNoScriptOrStyleOfItsOwnAndNamesTheDirectoryOfTheFiles() {
    String document = files.document().plain().toString();
    assertThat(document)
        .doesNotContain("<style", "{files}")
        .doesNotContainPattern("<script(?![^>]* src=)")
        .contains("src=\"" + Area.PAGE_FILES + files.hash() + "/main.js\"");
  }

  @Test
  void onlyTheFilesOfThisVersionAreFound() {
    assertThat(find("main.js")).isPresent();
    assertThat(find("index.html")).isEmpty();
    assertThat(find("../PageFiles.class")).isEmpty();
    assertThat(files.find("main.js")).isEmpty();
    assertThat(files.find("0000000000000000/main.js")).isEmpty();
  }

  @Test
  void everythingTogetherIsSmall() {
    int bytes =
        files.document().gzipped().length()
            + named().stream().mapToInt(name -> find(name).orElseThrow().gzipped().length()).sum();
    assertThat(bytes).isLessThan(150_000);
  }
}
