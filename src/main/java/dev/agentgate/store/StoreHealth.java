package dev.agentgate.store;

import java.util.Optional;

/**
 * What an operator must know about a store of any kind. A kind of store reports further details
 * itself.
 *
 * @param failure why writes are refused now, as a sentence; empty: they are accepted
 * @param unreadable which data is kept but cannot be read, as a sentence; empty: none
 */
public record StoreHealth(Optional<String> failure, Optional<String> unreadable) {}
