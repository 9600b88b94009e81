/** How fast units are assigned to workers (the transportation solver against Munkres and JGraphT on the thesis' costs) and layers planned. */
@NullMarked
package starling.experiments.assign;

import org.jspecify.annotations.NullMarked;
