package dev.agentgate.store;

/** A piece of a file of a run. The pieces of a file do not overlap. */
public final class ArchivedPiece {
  private final String file;
  private final long position;
  private final byte[] bytes;

  /**
   * @param file the name of the file
   * @param position where the piece begins in the file; what no piece covers is zero
   * @param bytes not copied
   */
  public ArchivedPiece(String file, long position, byte[] bytes) {
    this.file = file;
    this.position = position;
    this.bytes = bytes;
  }

  public String file() {
    return file;
  }

  public long position() {
    return position;
  }

  public byte[] bytes() {
    return bytes;
  }
}
