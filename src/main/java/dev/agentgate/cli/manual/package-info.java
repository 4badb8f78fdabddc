/** Documents made of the commands: the manual page, the reference, completion. */
@NullMarked
package dev.agentgate.cli.manual;

import org.jspecify.annotations.NullMarked;
