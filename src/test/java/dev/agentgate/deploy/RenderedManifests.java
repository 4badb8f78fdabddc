package dev.agentgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The objects that a kustomization renders to, each of its type, with no field unknown to it. */
final class RenderedManifests {
  private static final Map<String, Class<? extends HasMetadata>> TYPES =
      Map.of(
          "v1/Namespace", Namespace.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "v1/ConfigMap", ConfigMap.class,
          "v1/Service", Service.class,
          "apps/v1/StatefulSet", StatefulSet.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
          "monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class,
          "monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class);

  private static final YAMLMapper YAML = strictMapper();

  private final List<HasMetadata> objects;

  private RenderedManifests(List<HasMetadata> objects) {
    this.objects = objects;
  }

  /**
   * Renders with {@code kubectl kustomize}. A machine without {@code kubectl} skips the test; a
   * build server (the variable {@code CI} is set) fails it.
   */
  static RenderedManifests render(Path kustomization) throws IOException, InterruptedException {
    if (!kubectlIsInstalled()) {
      assertThat(System.getenv("CI")).as("a build server needs kubectl").isNull();
      assumeTrue(false, "kubectl is not installed: the manifests are not checked");
    }
    Path errors = Files.createTempFile("kubectl", ".err");
    try {
      Process kubectl =
          new ProcessBuilder("kubectl", "kustomize", kustomization.toString())
              .redirectError(errors.toFile())
              .start();
      String rendered = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(kubectl.waitFor()).as(Files.readString(errors)).isZero();
      assertThat(Files.readString(errors)).as("warnings of kustomize").isEmpty();
      return parse(rendered);
    } finally {
      Files.delete(errors);
    }
  }

  static RenderedManifests parse(String yaml) throws IOException {
    List<HasMetadata> objects = new ArrayList<>();
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        String type = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
        assertThat(TYPES).as("types of objects that the checks know").containsKey(type);
        objects.add(YAML.treeToValue(document, TYPES.getOrDefault(type, HasMetadata.class)));
      }
    }
    return new RenderedManifests(objects);
  }

  List<HasMetadata> all() {
    return objects;
  }

  <T extends HasMetadata> List<T> all(Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <T extends HasMetadata> T only(Class<T> type) {
    List<T> found = all(type);
    assertThat(found).as(type.getSimpleName()).hasSize(1);
    return found.getFirst();
  }

  Service service(String name) {
    return all(Service.class).stream()
        .filter(service -> service.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static JsonNode tree(Object value) {
    return YAML.valueToTree(value);
  }

  private static boolean kubectlIsInstalled() {
    return Stream.ofNullable(System.getenv("PATH"))
        .flatMap(path -> Arrays.stream(path.split(File.pathSeparator, -1)))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl")));
  }

  /** The model keeps unknown fields in a map; here they are refused, as a typo must be. */
  private static YAMLMapper strictMapper() {
    YAMLMapper mapper = new YAMLMapper();
    mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    mapper.setAnnotationIntrospector(
        new JacksonAnnotationIntrospector() {
          private static final long serialVersionUID = 1L;

          @Override
          public Boolean hasAnySetter(Annotated member) {
            return false;
          }
        });
    return mapper;
  }
}
