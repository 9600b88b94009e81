/** What a budget of values costs in accuracy: plans of the values objective beside their rivals. */
@NullMarked
package starling.experiments.budget;

import org.jspecify.annotations.NullMarked;
