/** From a model file and the user's wishes to a bundle on disk. */
@NullMarked
package starling.repurpose.partition;

import org.jspecify.annotations.NullMarked;
