/** What runs print: directories and logs of runs, their cap, their mask, and who follows them. */
@NullMarked
package dev.agentgate.output;

import org.jspecify.annotations.NullMarked;
