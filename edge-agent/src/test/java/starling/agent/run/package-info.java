/** Tests of running agents. */
@NullMarked
package starling.agent.run;

import org.jspecify.annotations.NullMarked;
