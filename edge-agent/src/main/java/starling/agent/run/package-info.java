/** The running agent: its connection, its presence, the thread that drives its inferences, and the machine it can run on. */
@NullMarked
package starling.agent.run;

import org.jspecify.annotations.NullMarked;
