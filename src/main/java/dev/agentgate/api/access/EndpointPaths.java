package dev.agentgate.api.access;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Keeps ids out of the paths in the metrics of HTTP. A request that the gate answers itself never
 * reached a resource, so its path would be reported as it was sent.
 */
@Singleton
class EndpointPaths {
  private static final String PATH = "uri";
  private static final String UNKNOWN = "UNKNOWN";

  @Produces
  @Singleton
  MeterFilter withoutIds() {
    return new MeterFilter() {
      @Override
      public Meter.Id map(Meter.Id meter) {
        String path = meter.getTag(PATH);
        return path == null || template(path).equals(path)
            ? meter
            : meter.replaceTags(Tags.of(meter.getTags()).and(Tag.of(PATH, template(path))));
      }
    };
  }

  private static String template(String path) {
    // The router has put {id} in place of the ids of a path that it knows.
    if (Area.of(path.replace("{id}", "id")) == Area.PAGE) {
      return Area.FRONT_PAGE;
    }
    if (!path.startsWith(Endpoint.BASE)) {
      return path;
    }
    List<Endpoint> endpoints = Endpoint.at(path);
    return endpoints.isEmpty() ? UNKNOWN : endpoints.getFirst().path();
  }
}
