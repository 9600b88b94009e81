@NullMarked
package starling.agent.compute;

import org.jspecify.annotations.NullMarked;
