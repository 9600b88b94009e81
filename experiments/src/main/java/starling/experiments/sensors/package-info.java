/** A ring of sensors of which each worker owns neighbours: what a plan costs and how accurate it is. */
@NullMarked
package starling.experiments.sensors;

import org.jspecify.annotations.NullMarked;
