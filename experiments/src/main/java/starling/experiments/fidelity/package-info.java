/** How well codes carry one vector for their bits, beside what theory says is possible. */
@NullMarked
package starling.experiments.fidelity;

import org.jspecify.annotations.NullMarked;
