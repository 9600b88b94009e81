/**
 * Workers that learn one network together, simulated in one process: each takes the gradient of its own samples, an
 * exchange carries it to the server by some code and counts the bits, the server moves the parameters.
 */
@NullMarked
package starling.experiments.workers;

import org.jspecify.annotations.NullMarked;
