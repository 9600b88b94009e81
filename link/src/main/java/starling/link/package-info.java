/** What crosses the network: topics, frames, presence and sessions. */
@NullMarked
package starling.link;

import org.jspecify.annotations.NullMarked;
