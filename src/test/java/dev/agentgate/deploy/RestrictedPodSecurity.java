package dev.agentgate.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What in a pod the "restricted" Pod Security Standard forbids, control by control in the order of
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/ (baseline, then restricted).
 */
final class RestrictedPodSecurity {
  private static final Set<String> VOLUME_TYPES =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");
  private static final Set<String> SAFE_SYSCTLS =
      Set.of(
          "kernel.shm_rmid_forced",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.ip_unprivileged_port_start",
          "net.ipv4.tcp_syncookies",
          "net.ipv4.ping_group_range",
          "net.ipv4.ip_local_reserved_ports",
          "net.ipv4.tcp_keepalive_time",
          "net.ipv4.tcp_fin_timeout",
          "net.ipv4.tcp_keepalive_intvl",
          "net.ipv4.tcp_keepalive_probes");
  private static final Set<String> SELINUX_TYPES =
      Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");
  private static final Set<String> CONFINED = Set.of("RuntimeDefault", "Localhost");

  private final List<String> violations = new ArrayList<>();

  private RestrictedPodSecurity() {}

  static List<String> violations(PodTemplateSpec template) {
    RestrictedPodSecurity check = new RestrictedPodSecurity();
    check.pod(RenderedManifests.tree(template));
    return check.violations;
  }

  private void pod(JsonNode template) {
    JsonNode spec = template.path("spec");
    JsonNode pod = spec.path("securityContext");
    forbid(pod.at("/windowsOptions/hostProcess").asBoolean(), "pod: hostProcess");
    for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
      forbid(spec.path(host).asBoolean(), "pod: " + host);
    }
    template
        .at("/metadata/annotations")
        .properties()
        .forEach(annotation ->
            forbid(
                annotation.getKey().startsWith("container.apparmor.security.beta.kubernetes.io/")
                    && annotation.getValue().asText().equals("unconfined"),
                "pod: AppArmor annotation"));
    for (JsonNode sysctl : pod.path("sysctls")) {
      forbid(!SAFE_SYSCTLS.contains(sysctl.path("name").asText()), "pod: sysctl");
    }
    for (JsonNode volume : spec.path("volumes")) {
      List<String> types = new ArrayList<>();
      volume.fieldNames().forEachRemaining(types::add);
      types.remove("name");
      forbid(!VOLUME_TYPES.containsAll(types), "pod: volume type " + types);
    }
    confinement(pod, "pod");
    forbid(is(pod, "runAsUser", "0"), "pod: runAsUser 0");
    for (String kind : List.of("initContainers", "containers", "ephemeralContainers")) {
      for (JsonNode container : spec.path(kind)) {
        container(container, pod);
      }
    }
  }

  private void container(JsonNode container, JsonNode pod) {
    JsonNode own = container.path("securityContext");
    String name = container.path("name").asText();
    forbid(own.at("/windowsOptions/hostProcess").asBoolean(), name + ": hostProcess");
    forbid(own.path("privileged").asBoolean(), name + ": privileged");
    for (JsonNode port : container.path("ports")) {
      forbid(port.path("hostPort").asInt() != 0, name + ": hostPort");
    }
    for (String hook :
        List.of(
            "/livenessProbe/httpGet",
            "/readinessProbe/httpGet",
            "/startupProbe/httpGet",
            "/livenessProbe/tcpSocket",
            "/readinessProbe/tcpSocket",
            "/startupProbe/tcpSocket",
            "/lifecycle/postStart/httpGet",
            "/lifecycle/preStop/httpGet")) {
      forbid(!container.at(hook).path("host").asText().isEmpty(), name + ": host of " + hook);
    }
    String procMount = own.path("procMount").asText();
    forbid(!procMount.isEmpty() && !procMount.equals("Default"), name + ": procMount");
    confinement(own, name);

    forbid(
        own.path("allowPrivilegeEscalation").asBoolean(true), name + ": allowPrivilegeEscalation");
    boolean nonRoot =
        own.has("runAsNonRoot")
            ? own.path("runAsNonRoot").asBoolean()
            : pod.path("runAsNonRoot").asBoolean();
    forbid(!nonRoot, name + ": runAsNonRoot");
    forbid(is(own, "runAsUser", "0"), name + ": runAsUser 0");
    JsonNode seccomp =
        own.has("seccompProfile") ? own.path("seccompProfile") : pod.path("seccompProfile");
    forbid(!CONFINED.contains(seccomp.path("type").asText()), name + ": seccompProfile");
    List<String> dropped = texts(own.at("/capabilities/drop"));
    List<String> added = texts(own.at("/capabilities/add"));
    forbid(!dropped.contains("ALL"), name + ": capabilities not all dropped");
    forbid(!List.of("NET_BIND_SERVICE").containsAll(added), name + ": capabilities added");
  }

  private void confinement(JsonNode context, String name) {
    JsonNode selinux = context.path("seLinuxOptions");
    forbid(!SELINUX_TYPES.contains(selinux.path("type").asText()), name + ": SELinux type");
    forbid(selinux.hasNonNull("user") || selinux.hasNonNull("role"), name + ": SELinux user");
    JsonNode appArmor = context.at("/appArmorProfile/type");
    forbid(!appArmor.isMissingNode() && !CONFINED.contains(appArmor.asText()), name + ": AppArmor");
  }

  private static boolean is(JsonNode node, String field, String value) {
    return node.hasNonNull(field) && node.path(field).asText().equals(value);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  private void forbid(boolean violated, String what) {
    if (violated) {
      violations.add(what);
    }
  }
}
