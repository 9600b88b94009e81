/** A device that takes part in a trial: it learns from its samples when the router asks, and sends what it has learned. */
@NullMarked
package starling.agent.learn;

import org.jspecify.annotations.NullMarked;
