/** Splits a trained ONNX model over P workers and writes one bundle of sub-models. */
@NullMarked
package starling.repurpose;

import org.jspecify.annotations.NullMarked;
