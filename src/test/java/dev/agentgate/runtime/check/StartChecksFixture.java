package dev.agentgate.runtime.check;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import io.smallrye.config.SmallRyeConfig;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;

/** The checks of the start without a container: found rather than listed, as the container does. */
public final class StartChecksFixture {
  private static final List<Class<?>> CHECKS =
      new ClassFileImporter()
              .withImportOption(new ImportOption.DoNotIncludeTests())
              .importPackages("dev.agentgate.runtime")
              .stream()
              .filter(type -> type.isAssignableTo(StartCheck.class) && !type.isInterface())
              .<Class<?>>map(JavaClass::reflect)
              .toList();

  private StartChecksFixture() {}

  /** What a start with this configuration would tell. */
  public static List<Problem> problems(SmallRyeConfig config) {
    List<StartCheck> checks = CHECKS.stream().map(type -> create(type, config)).toList();
    return new StartChecks(config, checks).problems();
  }

  private static StartCheck create(Class<?> type, SmallRyeConfig config) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      Object[] arguments =
          Arrays.stream(constructor.getParameterTypes())
              .map(needed ->
                  needed == Settings.class ? config.getConfigMapping(Settings.class) : config)
              .toArray();
      return (StartCheck) constructor.newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("A check takes the settings or the configuration: " + type, e);
    }
  }
}
