/** One node that learns: the order of its samples, and the update that it computes in a round. */
@NullMarked
package starling.learning.node;

import org.jspecify.annotations.NullMarked;
