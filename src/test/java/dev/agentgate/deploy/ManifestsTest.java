package dev.agentgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.agentgate.config.ConfigurationFixture;
import dev.agentgate.config.Settings;
import dev.agentgate.runtime.check.StartChecksFixture;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.smallrye.config.SmallRyeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every overlay, rendered as {@code kubectl apply -k} would, against what the service does. */
class ManifestsTest {
  private static final String DEV = "overlays/dev";
  private static final String PRODUCTION = "overlays/production";
  private static final String POSTGRES = "overlays/postgres";
  private static final Map<String, RenderedManifests> RENDERED = new HashMap<>();

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void everyObjectIsOfItsTypeAndInTheOverlaysNamespace(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    String namespace = manifests.only(Namespace.class).getMetadata().getName();

    assertThat(manifests.all())
        .filteredOn(object -> !(object instanceof Namespace))
        .hasSizeGreaterThanOrEqualTo(7)
        .extracting(object -> object.getMetadata().getNamespace())
        .containsOnly(namespace);
  }

  @Test
  void theBaseRendersAlone() throws Exception {
    assertThat(render("base").only(StatefulSet.class).getSpec().getReplicas()).isEqualTo(1);
  }

  @Test
  void aMisspeltFieldIsRefused() {
    assertThatThrownBy(() ->
            RenderedManifests.parse(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: x}
                spec: {publishNotReadyAdresses: true}
                """))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining("publishNotReadyAdresses");
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void noSecretIsInTheManifests(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);

    assertThat(manifests.all()).extracting(HasMetadata::getKind).doesNotContain("Secret");
    assertThat(manifests.only(ConfigMap.class).getData().keySet())
        .noneMatch(key -> key.contains("TOKEN") || key.contains("API_KEY"));
    assertThat(container(manifests).getEnv())
        .allSatisfy(variable -> assertThat(variable.getName()).endsWith("_FILE"));
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void probesNamePathsAndPortsThatTheApplicationServes(String overlay) throws Exception {
    Container container = container(render(overlay));

    assertThat(served(container.getStartupProbe(), container)).isEqualTo("9000/q/health/started");
    assertThat(served(container.getLivenessProbe(), container)).isEqualTo("9000/q/health/live");
    assertThat(served(container.getReadinessProbe(), container)).isEqualTo("9000/q/health/ready");
    SmallRyeConfig application = ConfigurationFixture.configOf(Map.of());
    assertThat(application.getValue("quarkus.management.enabled", Boolean.class)).isTrue();
    assertThat(portNamed("management", container))
        .isEqualTo(application.getValue("quarkus.management.port", Integer.class));
    assertThat(portNamed("api", container))
        .isEqualTo(application.getValue("quarkus.http.port", Integer.class));
    // The paths above are Quarkus' own as long as nobody moves them.
    for (String moved :
        List.of("quarkus.management.root-path", "quarkus.smallrye-health.root-path")) {
      assertThat(application.getOptionalValue(moved, String.class)).as(moved).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void servicesLeadToThePodsPorts(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    Map<String, String> labels = podLabels(manifests);
    Container container = container(manifests);

    assertThat(manifests.all(Service.class)).hasSize(3);
    for (Service service : manifests.all(Service.class)) {
      assertThat(service.getSpec().getSelector()).isNotEmpty();
      assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
      for (ServicePort port : service.getSpec().getPorts()) {
        assertThat(portNamed(port.getTargetPort().getStrVal(), container))
            .isEqualTo(port.getPort());
      }
    }
    assertThat(manifests.only(StatefulSet.class).getSpec().getServiceName())
        .isEqualTo("agentgate-headless");
    assertThat(manifests.service("agentgate-headless").getSpec().getClusterIP()).isEqualTo("None");
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void anOperatorReachesAnInstanceOutOfRotationAndAClientDoesNot(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);

    assertThat(manifests.service("agentgate-admin").getSpec().getPublishNotReadyAddresses())
        .isTrue();
    assertThat(manifests.service("agentgate").getSpec().getPublishNotReadyAddresses()).isNull();
  }

  @Test
  void theServiceMonitorSelectsTheServiceOnce() throws Exception {
    RenderedManifests manifests = render(PRODUCTION);
    var monitor = manifests.only(ServiceMonitor.class).getSpec();

    List<Service> selected =
        manifests.all(Service.class).stream()
            .filter(service ->
                service
                    .getMetadata()
                    .getLabels()
                    .entrySet()
                    .containsAll(monitor.getSelector().getMatchLabels().entrySet()))
            .toList();
    assertThat(selected)
        .extracting(service -> service.getMetadata().getName())
        .containsExactly("agentgate");
    assertThat(monitor.getEndpoints()).hasSize(1);
    assertThat(monitor.getEndpoints().getFirst().getPath()).isEqualTo("/q/metrics");
    assertThat(selected.getFirst().getSpec().getPorts())
        .extracting(ServicePort::getName)
        .contains(monitor.getEndpoints().getFirst().getPort());
    assertThat(manifests.only(PrometheusRule.class).getSpec().getGroups()).isNotEmpty();
  }

  @Test
  void plainPrometheusFindsThePodByItsAnnotationsAndIsNotAskedTwice() throws Exception {
    assertThat(podAnnotations(render(DEV)))
        .containsEntry("prometheus.io/scrape", "true")
        .containsEntry("prometheus.io/port", "9000")
        .containsEntry("prometheus.io/path", "/q/metrics");
    assertThat(podAnnotations(render(PRODUCTION)).keySet())
        .noneMatch(key -> key.startsWith("prometheus.io/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void configMapAndSecretKeysAreKeysOfTheConfiguration(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    Set<String> known = knownVariables();

    assertThat(known).containsAll(manifests.only(ConfigMap.class).getData().keySet());
    assertThat(secretItems(manifests)).isNotEmpty();
    assertThat(known).containsAll(secretItems(manifests).stream().map(KeyToPath::getKey).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION})
  void everyFileVariableNamesAMountedSecretOfItsKey(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    Container container = container(manifests);
    VolumeMount mount =
        container.getVolumeMounts().stream()
            .filter(it -> it.getName().equals("secrets"))
            .findFirst()
            .orElseThrow();
    Map<String, String> files =
        secretItems(manifests).stream()
            .collect(
                Collectors.toMap(
                    item -> item.getKey() + "_FILE",
                    item -> mount.getMountPath() + "/" + item.getPath()));

    assertThat(
            container.getEnv().stream()
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue)))
        .isEqualTo(files);
    assertThat(mount.getReadOnly()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void theServiceStartsWithTheConfigMap(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    Map<String, String> variables = new HashMap<>(settings(manifests));
    if (container(manifests).getEnv().stream()
        .anyMatch(it -> it.getName().equals("QUARKUS_DATASOURCE_JDBC_URL_FILE"))) {
      variables.put("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://database/agentgate");
    }

    assertThat(StartChecksFixture.problems(ConfigurationFixture.configOf(variables))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void theGracePeriodIsAboveTheDrainAndTheKillGrace(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    SmallRyeConfig config = ConfigurationFixture.configOf(settings(manifests));
    Duration needed =
        config
            .getConfigMapping(Settings.class)
            .shutdown()
            .drainTimeout()
            .plus(config.getConfigMapping(Settings.class).run().killGrace());

    assertThat(pod(manifests).getTerminationGracePeriodSeconds())
        .isGreaterThanOrEqualTo(needed.plusSeconds(10).toSeconds());
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void thePodPassesTheRestrictedStandardThatItsNamespaceEnforces(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);

    assertThat(
            RestrictedPodSecurity.violations(
                manifests.only(StatefulSet.class).getSpec().getTemplate()))
        .isEmpty();
    assertThat(manifests.only(Namespace.class).getMetadata().getLabels())
        .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
  }

  @Test
  void thePodSecurityCheckFindsWhatTheStandardForbids() {
    var careless =
        new PodTemplateSpecBuilder()
            .withNewSpec()
            .withHostNetwork(true)
            .addNewVolume()
            .withName("host")
            .withNewHostPath("/", null)
            .endVolume()
            .addToContainers(
                new ContainerBuilder()
                    .withName("c")
                    .addNewPort()
                    .withHostPort(80)
                    .endPort()
                    .withNewSecurityContext()
                    .withPrivileged(true)
                    .withRunAsUser(0L)
                    .withNewCapabilities()
                    .addToAdd("SYS_ADMIN")
                    .endCapabilities()
                    .endSecurityContext()
                    .build())
            .endSpec()
            .build();

    assertThat(RestrictedPodSecurity.violations(careless))
        .containsExactly(
            "pod: hostNetwork",
            "pod: volume type [hostPath]",
            "c: privileged",
            "c: hostPort",
            "c: allowPrivilegeEscalation",
            "c: runAsNonRoot",
            "c: runAsUser 0",
            "c: seccompProfile",
            "c: capabilities not all dropped",
            "c: capabilities added");
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void onlyTheVolumesCanBeWrittenAndNoTokenOfTheClusterIsThere(String overlay) throws Exception {
    PodSpec pod = pod(render(overlay));
    Container container = pod.getContainers().getFirst();

    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(
            container.getVolumeMounts().stream()
                .filter(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
                .map(VolumeMount::getMountPath))
        .containsExactlyInAnyOrder("/data", "/tmp");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(10001);
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION, POSTGRES})
  void requestsAndLimitsAreSetAndLeaveRoomForAgents(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    var resources = container(manifests).getResources();
    var queue =
        ConfigurationFixture.configOf(settings(manifests)).getConfigMapping(Settings.class).queue();

    for (String resource : List.of("cpu", "memory", "ephemeral-storage")) {
      assertThat(resources.getRequests().get(resource).getNumericalAmount())
          .isPositive()
          .isLessThanOrEqualTo(resources.getLimits().get(resource).getNumericalAmount());
    }
    assertThat(resources.getLimits().get("memory").getNumericalAmount().longValueExact())
        .isGreaterThan(queue.minAvailableMemory().asLongValue() * 2);
    assertThat(
            manifests
                .only(StatefulSet.class)
                .getSpec()
                .getVolumeClaimTemplates()
                .getFirst()
                .getSpec()
                .getResources()
                .getRequests()
                .get("storage")
                .getNumericalAmount()
                .longValueExact())
        .isGreaterThan(queue.minFreeDisk().asLongValue() * 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {DEV, PRODUCTION})
  void theNetworkPolicyHoldsForThePodAndLetsOnlyLabelledClientsIn(String overlay) throws Exception {
    RenderedManifests manifests = render(overlay);
    var policy = manifests.only(NetworkPolicy.class).getSpec();

    assertThat(policy.getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
    assertThat(policy.getPodSelector().getMatchLabels()).isNotEmpty();
    assertThat(podLabels(manifests)).containsAllEntriesOf(policy.getPodSelector().getMatchLabels());
    assertThat(policy.getIngress()).hasSize(2);
    var clients = policy.getIngress().getFirst();
    assertThat(clients.getPorts().getFirst().getPort().getStrVal()).isEqualTo("api");
    // No label but this one: a generator once added the service's own.
    assertThat(clients.getFrom().getFirst().getPodSelector().getMatchLabels())
        .isEqualTo(Map.of("agentgate.dev/client", "true"));
    var monitoring = policy.getIngress().getLast();
    assertThat(monitoring.getPorts().getFirst().getPort().getStrVal()).isEqualTo("management");
    assertThat(
            policy.getEgress().stream()
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getProtocol() + port.getPort().getIntVal()))
        .containsExactlyInAnyOrder("UDP53", "TCP53", "TCP443", "TCP22");
    assertThat(policy.getEgress().getLast().getTo().getFirst().getIpBlock().getExcept())
        .contains("169.254.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
  }

  @Test
  void evictionIsRefusedInProductionUnlessTheInstanceIsBrokenAnyway() throws Exception {
    RenderedManifests production = render(PRODUCTION);
    var budget = production.only(PodDisruptionBudget.class).getSpec();

    assertThat(budget.getMinAvailable().getIntVal()).isEqualTo(1);
    assertThat(budget.getUnhealthyPodEvictionPolicy()).isEqualTo("AlwaysAllow");
    assertThat(budget.getSelector().getMatchLabels()).isNotEmpty();
    assertThat(podLabels(production)).containsAllEntriesOf(budget.getSelector().getMatchLabels());
    assertThat(render(DEV).all(PodDisruptionBudget.class)).isEmpty();
  }

  @Test
  void replicasOnADatabaseAreOnDifferentNodesAndGoOneAtATime() throws Exception {
    RenderedManifests manifests = render(POSTGRES);
    var set = manifests.only(StatefulSet.class).getSpec();
    int replicas = set.getReplicas();

    assertThat(replicas).isGreaterThan(1);
    assertThat(settings(manifests)).containsEntry("AGENTGATE_STORE_KIND", "postgres");
    var apart =
        pod(manifests)
            .getAffinity()
            .getPodAntiAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getFirst();
    assertThat(apart.getTopologyKey()).isEqualTo("kubernetes.io/hostname");
    assertThat(podLabels(manifests))
        .containsAllEntriesOf(apart.getLabelSelector().getMatchLabels());
    // Without a partition or a higher maxUnavailable, a StatefulSet updates one pod at a time.
    assertThat(set.getUpdateStrategy().getType()).isEqualTo("RollingUpdate");
    assertThat(set.getUpdateStrategy().getRollingUpdate()).isNull();
    assertThat(manifests.only(PodDisruptionBudget.class).getSpec().getMinAvailable().getIntVal())
        .isEqualTo(replicas - 1);
  }

  @Test
  void replicasReadTheDatabasesSecretAsFilesAndReachItAndEachOther() throws Exception {
    RenderedManifests manifests = render(POSTGRES);
    Container container = container(manifests);
    Volume secret =
        pod(manifests).getVolumes().stream()
            .filter(volume -> volume.getName().equals("database"))
            .findFirst()
            .orElseThrow();
    var policy = manifests.only(NetworkPolicy.class).getSpec();

    assertThat(secret.getSecret().getSecretName()).isEqualTo("agentgate-database");
    assertThat(container.getEnv())
        .filteredOn(variable -> variable.getName().startsWith("QUARKUS_DATASOURCE_"))
        .hasSize(3)
        .allSatisfy(variable ->
            assertThat(variable.getValue()).startsWith("/run/secrets/agentgate-database/"));
    assertThat(policy.getIngress().getLast().getFrom().getFirst().getPodSelector())
        .isEqualTo(policy.getPodSelector());
    assertThat(policy.getEgress())
        .anySatisfy(rule -> {
          assertThat(rule.getTo().getFirst().getPodSelector()).isEqualTo(policy.getPodSelector());
          assertThat(rule.getPorts().getFirst().getPort().getStrVal()).isEqualTo("api");
        })
        .anySatisfy(
            rule -> assertThat(rule.getPorts().getFirst().getPort().getIntVal()).isEqualTo(5432));
  }

  @Test
  void productionNamesItsImageByVersion() throws Exception {
    assertThat(container(render(PRODUCTION)).getImage()).matches(".+/agentgate:\\d+\\.\\d+\\.\\d+");
  }

  private static synchronized RenderedManifests render(String kustomization)
      throws IOException, InterruptedException {
    RenderedManifests known = RENDERED.get(kustomization);
    if (known == null) {
      known = RenderedManifests.render(Path.of("deploy/kustomize", kustomization));
      RENDERED.put(kustomization, known);
    }
    return known;
  }

  private static PodSpec pod(RenderedManifests manifests) {
    return manifests.only(StatefulSet.class).getSpec().getTemplate().getSpec();
  }

  private static Container container(RenderedManifests manifests) {
    assertThat(pod(manifests).getContainers()).hasSize(1);
    return pod(manifests).getContainers().getFirst();
  }

  private static Map<String, String> podLabels(RenderedManifests manifests) {
    var set = manifests.only(StatefulSet.class).getSpec();
    Map<String, String> labels = set.getTemplate().getMetadata().getLabels();
    assertThat(set.getSelector().getMatchLabels()).isNotEmpty();
    assertThat(labels).containsAllEntriesOf(set.getSelector().getMatchLabels());
    return labels;
  }

  private static Map<String, String> podAnnotations(RenderedManifests manifests) {
    return manifests.only(StatefulSet.class).getSpec().getTemplate().getMetadata().getAnnotations();
  }

  private static Map<String, String> settings(RenderedManifests manifests) {
    return manifests.only(ConfigMap.class).getData();
  }

  private static List<KeyToPath> secretItems(RenderedManifests manifests) {
    List<KeyToPath> items = new ArrayList<>();
    for (Volume volume : pod(manifests).getVolumes()) {
      if (volume.getSecret() != null) {
        items.addAll(volume.getSecret().getItems());
      }
    }
    return items;
  }

  private static String served(Probe probe, Container container) {
    var get = probe.getHttpGet();
    return portNamed(get.getPort().getStrVal(), container) + get.getPath();
  }

  private static int portNamed(String name, Container container) {
    return container.getPorts().stream()
        .filter(port -> name.equals(port.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst()
        .orElseThrow();
  }

  /** The variables of all keys, with those of the agents that come with the service. */
  private static Set<String> knownVariables() {
    Set<String> keys = ConfigurationFixture.keys();
    var agents = ConfigurationFixture.configOf(Map.of()).getConfigMapping(Settings.class).agents();
    return Stream.concat(
            keys.stream(),
            agents.keySet().stream().map(agent -> "agentgate.agents." + agent + ".enabled"))
        .map(key -> key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }
}
