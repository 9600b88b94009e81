/** Field trials with real agents: processes that learn together over a broker. */
@NullMarked
package starling.experiments.trials;

import org.jspecify.annotations.NullMarked;
