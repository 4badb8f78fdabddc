/** Orders, runs and the queue as text for people. */
@NullMarked
package dev.agentgate.cli.view;

import org.jspecify.annotations.NullMarked;
