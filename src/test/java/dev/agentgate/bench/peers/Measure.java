package dev.agentgate.bench.peers;

/** What is measured of each peer. */
enum Measure {
  SUBMIT_ONE("Durable submits, 1 client", "/s", true),
  SUBMIT_MANY("Durable submits, 64 clients", "/s", true),
  SUBMIT_BULK("Durable submits, 4 clients with batches of 1,000", "/s", true),
  WAIT("Submit to the job's first instruction", "ms", false),
  DRAIN("1,000 jobs of /bin/true, 8 at a time", "/s", true),
  CANCEL("Cancel to the death of the job's 3 processes", "ms", false),
  SURVIVORS("Of these 3, alive 2 s after the cancel", "", false),
  MEMORY("Memory at rest, with its server (PSS)", "MiB", false),
  START("Start until it takes jobs", "ms", false);

  private final String title;
  private final String unit;
  private final boolean moreIsBetter;

  Measure(String title, String unit, boolean moreIsBetter) {
    this.title = title;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  boolean moreIsBetter() {
    return moreIsBetter;
  }
}
