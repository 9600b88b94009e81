/** Inputs that a device takes from where it stands: a sensor's stream, a file, standard input. */
@NullMarked
package starling.agent.source;

import org.jspecify.annotations.NullMarked;
