package dev.agentgate.execution.log;

/**
 * A part of a run's log.
 *
 * @param bytes the content, with secrets masked; empty if there is nothing to read yet
 * @param next where the next read begins
 * @param notice whether {@code bytes} is the line that stands for dropped bytes
 */
@SuppressWarnings(
    "ArrayRecordComponent") // never compared; copying it would cost a pass over the log
public record LogBlock(byte[] bytes, long next, boolean notice) {}
