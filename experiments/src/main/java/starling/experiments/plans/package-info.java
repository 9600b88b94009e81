/** Plans of one model side by side: what an experiment tries, and how it compares them. */
@NullMarked
package starling.experiments.plans;

import org.jspecify.annotations.NullMarked;
