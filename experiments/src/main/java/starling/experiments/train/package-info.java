/** Training the networks of the zoo: one command, one ONNX file, one curve. */
@NullMarked
package starling.experiments.train;

import org.jspecify.annotations.NullMarked;
