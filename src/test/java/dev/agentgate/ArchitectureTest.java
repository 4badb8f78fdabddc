package dev.agentgate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.agentgate.notify.Webhooks;
import dev.agentgate.queue.Orders;
import dev.agentgate.store.Outbox;
import dev.agentgate.store.Store;
import dev.agentgate.store.Writes;
import dev.agentgate.workorder.RunId;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the package table of docs/architecture.md: dependencies point down it only. */
class ArchitectureTest {
  private static final String ROOT = "dev.agentgate.";
  private static final int MOST_PARAMETERS = 7;

  /** A row of the table: the package, its duty, and what it knows. */
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z.]+)` \\| .+ \\| (nothing|all|(?:`[a-z.]+`(?:, )?)+) \\|");

  private static final Pattern NAME = Pattern.compile("`([a-z.]+)`");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.agentgate");

  /** The table: the packages that each package may know. */
  private static final Map<String, List<String>> KNOWS = table();

  /** Each package below these may be an implementation, which only a few may know. */
  private static final Set<String> SEAMS = Set.of("store", "execution");

  /** These packages below them are parts of the promise. */
  private static final Set<String> SHARED = Set.of("store.json", "execution.log");

  private static Map<String, List<String>> table() {
    Map<String, List<String>> table = new LinkedHashMap<>();
    for (String line : lines(Path.of("docs", "architecture.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        List<String> known =
            switch (row.group(2)) {
              case "nothing" -> List.of();
              case "all" -> List.copyOf(table.keySet());
              default -> NAME.matcher(row.group(2)).results().map(it -> it.group(1)).toList();
            };
        assertThat(table.keySet()).as("above %s", row.group(1)).containsAll(known);
        Set<String> all = new LinkedHashSet<>(known);
        if (known.contains("queue")) {
          all.addAll(table.getOrDefault("queue", List.of()));
        }
        table.put(row.group(1), List.copyOf(all));
      }
    }
    return table;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the row of the table that a class belongs to; empty if it is not ours. */
  private static String rowOf(JavaClass type) {
    return type.getPackageName().startsWith(ROOT)
        ? rowOf(type.getPackageName().substring(ROOT.length()))
        : "";
  }

  private static String rowOf(String name) {
    String first = name.split("\\.", -1)[0];
    return KNOWS.containsKey(name) || SEAMS.contains(first) ? name : first;
  }

  private static DescribedPredicate<JavaClass> belongTo(Collection<String> rows) {
    return DescribedPredicate.describe("belong to " + rows, type -> rows.contains(rowOf(type)));
  }

  @Test
  void everyPackageIsInTheTable() {
    assertThat(CLASSES.stream().map(ArchitectureTest::rowOf).distinct())
        .as("rows of the table in docs/architecture.md")
        .containsExactlyInAnyOrderElementsOf(KNOWS.keySet());
  }

  @Test
  void anotherImplementationNeedsARowOfItsOwn() {
    assertThat(rowOf("api.stream")).isEqualTo("api");
    assertThat(KNOWS).doesNotContainKeys(rowOf("execution.kubernetes"), rowOf("store.memory"));
  }

  /** What knows one implementation could not work with another. */
  @Test
  void implementationsAreChosenInOnePlace() {
    Map<String, List<String>> others =
        Map.of(
            // The migration copies from the one into the other. The probes watch the directory.
            "store.file", List.of("migration", "ops"),
            "store.postgres", List.of("migration"));
    assertThat(KNOWS.keySet())
        .filteredOn(row -> row.contains(".") && !SHARED.contains(row))
        .contains("execution.local", "store.file", "store.postgres")
        .allSatisfy(row -> {
          List<String> expected = new ArrayList<>(others.getOrDefault(row, List.of()));
          expected.add("runtime");
          assertThat(knowing(row)).as("packages that know %s", row).isEqualTo(expected);
        });
  }

  private static List<String> knowing(String row) {
    return KNOWS.entrySet().stream()
        .filter(it -> it.getValue().contains(row))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void dependenciesPointDownTheTable() {
    KNOWS.forEach((name, known) -> {
      Set<String> forbidden = new TreeSet<>(KNOWS.keySet());
      forbidden.removeAll(known);
      forbidden.remove(name);
      noClasses()
          .that(belongTo(Set.of(name)))
          .should()
          .dependOnClassesThat(belongTo(forbidden))
          .check(CLASSES);
    });
  }

  /** Runs may be executed and stored on other machines. */
  @Test
  void theQueueKnowsNoFiles() {
    noClasses()
        .that(belongTo(List.of("queue", "store", "execution")))
        .and()
        .resideOutsideOfPackage(ROOT + "store.file..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.file..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(File.class)
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("dev.agentgate.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theDomainKnowsNoFrameworkNoFilesAndNoJson() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "workorder..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io..",
            "jakarta..",
            "com.fasterxml..",
            "java.io..",
            "java.nio.channels..",
            "java.nio.file..",
            "java.net..",
            "org.jboss..")
        .check(CLASSES);
  }

  /**
   * A client without a container must be able to carry it. The annotations of OpenAPI may be there.
   */
  @Test
  void theWireKnowsJsonAndNoFramework() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "wire..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io..", "jakarta..", "org.jboss..", "org.eclipse.microprofile.config..")
        .check(CLASSES);
  }

  /** It would have to be started for each command. */
  @Test
  void theClientKnowsNoFramework() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io..", "jakarta..", "org.jboss..", "org.eclipse..")
        .check(CLASSES);
  }

  /** These are the rows down to {@code notify}: see ADR 1. */
  @Test
  void onlyTheEdgesKnowTheFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(
            KNOWS.keySet().stream()
                .takeWhile(name -> !name.equals("jobs"))
                .map(name -> ROOT + name + "..")
                .toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..")
        .check(CLASSES);
  }

  /** A record is its components; an enum has two parameters that nobody wrote. */
  @Test
  void aConstructorCanBeTakenInAtAGlance() {
    assertThat(
            CLASSES.stream()
                .filter(type -> !type.isRecord() && !type.isEnum())
                .flatMap(type -> type.getConstructors().stream())
                .filter(it -> it.getRawParameterTypes().size() > MOST_PARAMETERS))
        .isEmpty();
  }

  /**
   * Every change of orders and runs is measured and announced, because it has one way to go. The
   * messages in the outbox are not part of them.
   */
  private static final ArchRule ONE_DOOR =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "store..")
          .should()
          .accessTargetWhere(
              DescribedPredicate.describe(
                  "it writes to the store past Orders, or to the outbox past notify",
                  access -> writes(access.getTarget()) && !isTheDoor(access)));

  private static boolean writes(AccessTarget target) {
    return target instanceof CodeUnitAccessTarget unit
        && unit.resolveMember().filter(it -> it.isAnnotatedWith(Writes.class)).isPresent();
  }

  private static boolean isTheDoor(JavaAccess<?> access) {
    return access.getTargetOwner().isEquivalentTo(Outbox.class)
        ? rowOf(access.getOriginOwner()).equals("notify")
        : access.getOriginOwner().isEquivalentTo(Orders.class);
  }

  @Test
  void onlyOrdersWritesToTheStoreAndOnlyNotifyToTheOutbox() {
    ONE_DOOR.check(CLASSES);
    assertThat(CLASSES.get(Orders.class).getMethodCallsFromSelf())
        .as("what is forbidden to others")
        .anyMatch(call -> writes(call.getTarget()));
    assertThat(CLASSES.get(Webhooks.class).getMethodCallsFromSelf())
        .as("what is forbidden to others")
        .anyMatch(call -> writes(call.getTarget()));
  }

  @Test
  void whatWritesPastThemIsFound() {
    for (Class<?> burglar : List.of(Calls.class, Refers.class, Delivers.class)) {
      JavaClasses classes = new ClassFileImporter().importClasses(burglar);
      assertThatThrownBy(() -> ONE_DOOR.check(classes))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(burglar.getName());
    }
  }

  private record Calls(Store store) {
    @SuppressWarnings("UnusedMethod") // its code is read, not run
    void pause() {
      store.queue().setPaused(true);
    }
  }

  private record Refers(Store store) {
    @SuppressWarnings("UnusedMethod") // its code is read, not run
    void removeAll(List<RunId> runs) {
      runs.forEach(store.runs()::remove);
    }
  }

  private record Delivers(Store store) {
    @SuppressWarnings("UnusedMethod") // its code is read, not run
    long keep(String message) {
      return store.outbox().keep("target", "delivery", message);
    }
  }
}
