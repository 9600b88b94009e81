/** How far a split network's answers can be off by Theorem 17 of the thesis, and how far they are. */
@NullMarked
package starling.experiments.bound;

import org.jspecify.annotations.NullMarked;
