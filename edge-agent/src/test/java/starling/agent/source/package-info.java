/** Tests of local sources. */
@NullMarked
package starling.agent.source;

import org.jspecify.annotations.NullMarked;
