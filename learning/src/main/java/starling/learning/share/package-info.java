/** How the samples of one data set are dealt to nodes. */
@NullMarked
package starling.learning.share;

import org.jspecify.annotations.NullMarked;
