/** A store in PostgreSQL. The tables and their reasons are in {@code V1__work_orders.sql}. */
@NullMarked
package dev.agentgate.store.postgres;

import org.jspecify.annotations.NullMarked;
