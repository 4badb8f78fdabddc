package dev.agentgate.output;

/**
 * A part of a run's log.
 *
 * @param bytes secrets masked; empty if there is nothing to read (yet)
 * @param next where to go on reading
 * @param notice whether {@code bytes} is the line that stands for bytes that were dropped
 */
@SuppressWarnings(
    "ArrayRecordComponent") // never compared; copying it would cost a pass over the log
public record RunLogBlock(byte[] bytes, long next, boolean notice) {}
