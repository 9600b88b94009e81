/** Programs that experiments start and end: a broker, and agents. */
@NullMarked
package starling.experiments.processes;

import org.jspecify.annotations.NullMarked;
