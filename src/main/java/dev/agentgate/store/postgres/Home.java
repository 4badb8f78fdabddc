package dev.agentgate.store.postgres;

/**
 * The data directory of an instance, which its runs are in.
 *
 * @param id a random id that is kept in the directory, so that the database knows it again
 * @param host the name of this machine, for people
 */
public record Home(String id, String host) {}
