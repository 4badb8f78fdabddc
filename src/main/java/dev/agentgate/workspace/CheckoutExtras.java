package dev.agentgate.workspace;

/**
 * What a checkout fetches beside the repository itself.
 *
 * @param submodules the repositories that it names, at their commits
 * @param lfs the files that Git LFS keeps elsewhere; needs {@code git-lfs}
 */
public record CheckoutExtras(boolean submodules, boolean lfs) {
  public static final CheckoutExtras NONE = new CheckoutExtras(false, false);
}
