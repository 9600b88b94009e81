@NullMarked
package starling.experiments.trials;

import org.jspecify.annotations.NullMarked;
