/**
 * Copies the orders of a file store into a database: {@link
 * dev.agentgate.migration.StoreMigration}.
 */
@NullMarked
package dev.agentgate.migration;

import org.jspecify.annotations.NullMarked;
