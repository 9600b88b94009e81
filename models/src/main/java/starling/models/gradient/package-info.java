/**
 * Backward passes as ONNX graphs: what a device needs in order to learn with nothing but ONNX Runtime. One class per family of
 * operators holds their derivatives; {@link starling.models.gradient.GradientGraph} puts them together.
 */
@NullMarked
package starling.models.gradient;

import org.jspecify.annotations.NullMarked;
