package dev.agentgate.workspace;

/**
 * The content that a checkout fetches in addition to the repository itself.
 *
 * @param submodules whether to fetch submodules, at the commits that the repository names
 * @param lfs whether to fetch the files kept in Git LFS; needs {@code git-lfs}
 */
public record CheckoutExtras(boolean submodules, boolean lfs) {
  public static final CheckoutExtras NONE = new CheckoutExtras(false, false);
}
