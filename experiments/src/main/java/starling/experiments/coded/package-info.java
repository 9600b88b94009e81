/**
 * Coded computation against stragglers on a virtual clock: partial gradients (Ozfatura et al.), unequal protection (Tegin et al.)
 * and sequential products (Krishnan et al.), each held to closed forms or a second method.
 */
@NullMarked
package starling.experiments.coded;

import org.jspecify.annotations.NullMarked;
