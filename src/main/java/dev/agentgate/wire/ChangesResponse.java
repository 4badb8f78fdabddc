package dev.agentgate.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The files that a run changed, as clients see them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Changes",
    requiredProperties = {"baseCommit", "files"})
public record ChangesResponse(
    @Schema(description = "The commit that was checked out") String baseCommit,
    @Schema(description = "The commit of the workspace's HEAD at the end")
        @Nullable String headCommit,
    List<File> files,
    @Schema(description = "True if there are more files than are listed")
        @Nullable Boolean truncated) {

  /** One file. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(
      name = "ChangedFile",
      requiredProperties = {"path", "status", "binary", "insertions", "deletions"})
  public record File(
      @Schema(
              description =
                  "From the top of the repository. A name that is not UTF-8 is shown as git quotes"
                      + " it, with octal escapes")
          String path,
      @Schema(description = "The former path of a renamed file") @Nullable String oldPath,
      @Schema(enumeration = {"added", "modified", "deleted", "renamed", "type_changed"})
          String status,
      @Schema(description = "Whether git does not count the lines of the file") boolean binary,
      long insertions,
      long deletions) {}
}
