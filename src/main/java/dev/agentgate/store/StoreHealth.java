package dev.agentgate.store;

import java.util.Optional;

/**
 * What an operator must know of any store. What only one kind of store knows, that one tells.
 *
 * @param failure why writes are refused now, as a sentence; empty: they are taken
 * @param unreadable what is kept and cannot be read, as a sentence; empty: nothing
 */
public record StoreHealth(Optional<String> failure, Optional<String> unreadable) {}
