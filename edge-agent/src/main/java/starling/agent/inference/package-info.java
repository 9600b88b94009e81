/**
 * How one worker takes part in inferences: the state of each one in flight, what becomes of frames that come early, late, twice or
 * never, and what each inference cost. Nothing here knows threads or networks.
 */
@NullMarked
package starling.agent.inference;

import org.jspecify.annotations.NullMarked;
