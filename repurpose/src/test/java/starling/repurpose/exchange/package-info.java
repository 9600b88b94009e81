/** Tests of what crosses between the workers. */
@NullMarked
package starling.repurpose.exchange;

import org.jspecify.annotations.NullMarked;
