/** The model of a trial: its weights as one vector, and gradients by ONNX Runtime. */
@NullMarked
package starling.learning.model;

import org.jspecify.annotations.NullMarked;
