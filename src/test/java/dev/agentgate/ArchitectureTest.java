package dev.agentgate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.agentgate.queue.Orders;
import dev.agentgate.store.Store;
import dev.agentgate.store.Writes;
import dev.agentgate.workorder.RunId;
import java.io.File;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the package table of docs/architecture.md: dependencies point down it only. */
class ArchitectureTest {
  private static final String ROOT = "dev.agentgate.";
  private static final int MOST_PARAMETERS = 7;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.agentgate");

  /** The packages that each package may know. A package includes those below it without a row. */
  private static final Map<String, List<String>> KNOWS = new LinkedHashMap<>();

  static {
    KNOWS.put("workorder", List.of());
    KNOWS.put("linux", List.of());
    KNOWS.put("agent", List.of("workorder"));
    KNOWS.put("git", List.of("linux"));
    KNOWS.put("workspace", List.of("workorder", "linux", "git"));
    KNOWS.put("store", List.of("workorder"));
    KNOWS.put("execution", List.of("workorder", "agent"));
    KNOWS.put("output", List.of("workorder", "linux", "agent", "execution"));
    KNOWS.put(
        "execution.local",
        List.of("workorder", "linux", "agent", "workspace", "execution", "output"));
    KNOWS.put("migration", List.of("workorder", "store", "execution"));
    KNOWS.put("queue", List.of("workorder", "agent", "workspace", "store", "execution"));
    KNOWS.put("publish", with("queue", "git"));
    KNOWS.put("notify", with("queue"));
    KNOWS.put("jobs", with("queue"));
    KNOWS.put("wire", List.of("workorder"));
    KNOWS.put("api", with("queue", "linux", "publish", "wire"));
    KNOWS.put("ops", with("queue", "notify", "publish"));
    KNOWS.put("cli", List.of("wire"));
    KNOWS.put("config", List.of("workorder"));
    KNOWS.put("runtime", List.copyOf(KNOWS.keySet()));
  }

  /** Returns a package and all that it knows, and others. */
  private static List<String> with(String name, String... others) {
    List<String> all = new ArrayList<>(KNOWS.getOrDefault(name, List.of()));
    all.add(name);
    all.addAll(List.of(others));
    return all;
  }

  /** Returns the row of the table that a class belongs to; empty if it is not ours. */
  private static String rowOf(JavaClass type) {
    if (!type.getPackageName().startsWith(ROOT)) {
      return "";
    }
    String name = type.getPackageName().substring(ROOT.length());
    return KNOWS.containsKey(name) ? name : name.split("\\.", -1)[0];
  }

  private static DescribedPredicate<JavaClass> belongTo(Collection<String> rows) {
    return DescribedPredicate.describe("belong to " + rows, type -> rows.contains(rowOf(type)));
  }

  @Test
  void everyPackageIsInTheTable() {
    assertThat(CLASSES.stream().map(ArchitectureTest::rowOf).distinct())
        .containsExactlyInAnyOrderElementsOf(KNOWS.keySet());
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

  @Test
  void onlyTheEdgesKnowTheFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(
            with("notify", "git", "linux", "output").stream()
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

  /** Every change of orders and runs is measured and announced, because it has one way to go. */
  private static final ArchRule ONE_DOOR =
      noClasses()
          .that(
              DescribedPredicate.describe(
                  "are not Orders", type -> !type.isEquivalentTo(Orders.class)))
          .and()
          .resideOutsideOfPackage(ROOT + "store..")
          .should()
          .accessTargetWhere(
              DescribedPredicate.describe(
                  "it writes to the store",
                  access ->
                      access.getTarget() instanceof CodeUnitAccessTarget target
                          && target
                              .resolveMember()
                              .filter(method -> method.isAnnotatedWith(Writes.class))
                              .isPresent()));

  @Test
  void onlyOrdersWritesToTheStore() {
    ONE_DOOR.check(CLASSES);
    assertThat(CLASSES.get(Orders.class).getMethodCallsFromSelf())
        .as("what is forbidden to others")
        .anyMatch(call -> call.getTarget().isAnnotatedWith(Writes.class));
  }

  @Test
  void whoWritesPastOrdersIsFound() {
    for (Class<?> burglar : List.of(Calls.class, Refers.class)) {
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
}
