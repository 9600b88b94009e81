/** Tests of predicted latencies. */
@NullMarked
package starling.repurpose.latency;

import org.jspecify.annotations.NullMarked;
