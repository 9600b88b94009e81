/** How long an inference will take on devices that were measured, and how much of a network each of them should get. */
@NullMarked
package starling.repurpose.latency;

import org.jspecify.annotations.NullMarked;
