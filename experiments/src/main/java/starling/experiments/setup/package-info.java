/** The thesis' sensor networks (section 6.5.1), each from a trained model to plans that hardly talk. */
@NullMarked
package starling.experiments.setup;

import org.jspecify.annotations.NullMarked;
