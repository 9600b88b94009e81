/** What crosses between the workers: which exchange a layer needs, and what each frame holds. */
@NullMarked
package starling.repurpose.exchange;

import org.jspecify.annotations.NullMarked;
