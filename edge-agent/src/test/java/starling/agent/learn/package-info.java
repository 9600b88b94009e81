@NullMarked
package starling.agent.learn;

import org.jspecify.annotations.NullMarked;
