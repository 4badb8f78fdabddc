/** A store in PostgreSQL. Its tables, and the reasons for them, are in the migrations. */
@NullMarked
package dev.agentgate.store.postgres;

import org.jspecify.annotations.NullMarked;
