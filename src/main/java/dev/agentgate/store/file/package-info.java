/** The default store: a journal with group commit, and one readable file per work order. */
@NullMarked
package dev.agentgate.store.file;

import org.jspecify.annotations.NullMarked;
